"""Programs that were written from the contracts alone, by two people who had seen no case."""

import tried_first  # noqa: F401
import tried_second  # noqa: F401
