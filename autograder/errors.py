"""What goes wrong in a way that somebody can mend; and failures of the grader's own, which are never a learner's score."""

NOT_YET = "not graded yet, nothing is lost"


class Mend(Exception):
    """What went wrong and what mends it: shown as it is, without a traceback."""


class NotGraded(Exception):
    """A submission could not be judged for want of something of ours: data, memory, a file; it says what, and the mend."""


class OwnFailure(BaseException):
    """The same on its way out of a case: no Exception, so that no case, no search and no test cell takes it for the learner's."""
