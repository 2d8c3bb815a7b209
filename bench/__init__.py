"""What grading a class costs, measured beside others: `make bench`, or `python -m bench` in the checkout."""
