"""Grading: what comes in is looked at, run behind the wall, judged by the week's cases, and given back as a page."""
