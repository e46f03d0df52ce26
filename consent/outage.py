"""That something was just found to be away, so that one visitor waits for it and the next ones don't."""

import time


class Outage:
    """Begins when something could not be reached, and ends by itself: then somebody tries again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = 0.0

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self._ends_at

    def begin(self) -> None:
        self._ends_at = time.monotonic() + self.seconds

    def end(self) -> None:
        self._ends_at = 0.0
