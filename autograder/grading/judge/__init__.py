"""Grading one submission, a pure function of an assignment and what was handed in."""
