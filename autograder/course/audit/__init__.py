"""The author's gate: what is claimed of a week, and whether it holds."""
