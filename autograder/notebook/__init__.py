"""The one place that knows what a notebook's cell is: kinds, regions, names, formats, and how one is read and repaired."""

#: Roles of cells that are looked at and nothing depends on: at grading they are run only where the learner edited them.
NOT_RUN = ("show", "guess")
