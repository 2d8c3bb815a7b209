"""Programs that were written from the contracts alone, by somebody who had seen no case."""

import tried_second  # noqa: F401
