"""What goes wrong in a way that somebody can mend."""


class Mend(Exception):
    """What went wrong and what mends it: shown as it is, without a traceback."""
