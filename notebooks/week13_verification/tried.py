"""Programs that were written from the contracts alone, by two people who had seen no case.

Those for the door whose names begin with `d_` are by a third, who had seen the titles of its cases.
"""

import tried_first  # noqa: F401
import tried_second  # noqa: F401
