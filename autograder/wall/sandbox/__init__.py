"""Builds the box that a learner's process lives in, and counts what it uses."""
