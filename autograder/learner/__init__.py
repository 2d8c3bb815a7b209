"""The learner's own commands: put an exercise back, receive a mended week, look at a solution after trying."""
