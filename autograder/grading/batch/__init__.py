"""Grading a class: submissions made into jobs, run by workers, written into the gradebook by one process."""
