"""What instructors write in test cells, graded by plain nbgrader and by us, cell by cell: `python -m bench.conformance`."""
