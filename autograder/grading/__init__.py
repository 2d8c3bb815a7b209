"""Grading: the wall, the sandbox, the judge, the pool."""
