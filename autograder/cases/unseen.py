"""What may be said of a failure on data that learners never see: which kind of error it was, and her own line.

Whatever her code makes of unseen data could be carried out in a message: by an exception's text or its type's name, by a value
or a shape that a message repeats, by how the process ended.
"""

from __future__ import annotations

import builtins
import re

from autograder.cases.model import Broken

#: what is raised where a round's process is asked for a file, a program or a module that nobody named
_SHUT_OUT = ("FileNotFoundError", "PermissionError", "ModuleNotFoundError", "ImportError")
SHUT = (
    "There no file is to be had, no program starts, and a module is there only where its `import` stands in your answer or in"
    " what it calls: keep what you learnt in the arrays that are returned, and write `import …` with the module's name"
)
_KINDS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
#: what a message may repeat of hers: values in brackets, texts in quotes, numbers
_HERS = re.compile(r"""\[.*\]|\(.*\)|\{.*\}|<.*>|'.*'|".*"|[-+\w.]*\d[\w.,+-]*""", re.DOTALL)


def kind_of(error: BaseException) -> str:
    """The name of a built-in exception that the error is; of one of her own, of the nearest that it is made from.

    Examples
    --------
    >>> kind_of(type("Word", (ValueError,), {})())
    'ValueError'
    """
    for kind in type(error).__mro__:
        if kind.__name__ in _KINDS and getattr(builtins, kind.__name__) is kind:
            return str(kind.__name__)
    return "Exception"


def without_hers(message: str) -> str:
    """A message without numbers, texts and values, which may be her code's.

    Examples
    --------
    >>> without_hers("predict returned shape (3, 171), where (3,) was asked for")
    'predict returned shape …'
    >>> without_hers("`predict` is 12, where a function was asked for")
    '`predict` is …, where a function was asked for'
    """
    return str(_HERS.sub("…", message))


def why_unseen(error: BaseException) -> str:
    """Why an entry failed on data that nobody shows her."""
    if isinstance(error, Broken):
        return without_hers(str(error))
    kind = kind_of(error)
    why = f"your code raised {kind} on data that it had not seen, and what else it said of that data is not shown"
    return f"{why}. {SHUT}" if kind in _SHUT_OUT else why
