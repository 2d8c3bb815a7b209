"""All that runs in the learner's process, and that a learner can read.

It imports the wire, the standard library, IPython and NumPy: never a case, a notebook, grading or the course.
"""
