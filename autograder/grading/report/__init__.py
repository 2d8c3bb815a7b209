"""`workbook report`: what a class did with a week, on one page for its instructor."""
