"""From a lesson's text to the instructor's source and the learner's release: the author's side of the house."""
