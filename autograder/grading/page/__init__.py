"""What the learner gets back: the feedback page, and reference solutions with it."""
