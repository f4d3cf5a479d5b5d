"""When a failed request is sent again, and after how long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from screenwright.policies.served.errors import ServerStarting
from screenwright.policies.served.problems import Problem
from screenwright.tools.errors import Stopped

LOOK_S = 0.02
"""How often `stop` is asked."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How patient to be.

    Args:
        tries: requests at most for one reply, the first included.
        first_s: the pause after the first failure; each further one is twice as long.
        longest_s: no pause that we choose is longer.
        obeyed_s: a Retry-After up to this long is waited for; a longer one ends it with `RateLimited`.
        starting_s: how long a server may say that it is still loading.
    """

    tries: int = 5
    first_s: float = 0.5
    longest_s: float = 20.0
    obeyed_s: float = 120.0
    starting_s: float = 300.0

    def pause_s(self, failures: int, retry_after_s: float | None = None) -> float:
        """Seconds to wait after so many failures, from half to all of the doubled time.

        What the server asks for is the least: several agents must not come back in the same moment.
        """
        pause = min(self.longest_s, self.first_s * 2.0 ** (failures - 1)) * random.uniform(0.5, 1.0)
        return pause if retry_after_s is None else retry_after_s + pause / 4


class Tries:
    """The failures of one reply."""

    def __init__(self, retries: Retries, stop: Callable[[], bool] | None) -> None:
        self._retries, self._stop = retries, stop
        self._began = time.monotonic()
        self._loading = 0
        self.failures = 0

    def again(self, problem: Problem) -> bool:
        """Waits and says True, or False at once where it is not worth it. `Stopped`."""
        asked = problem.retry_after_s
        if not problem.again or (asked is not None and asked > self._retries.obeyed_s):
            return False
        if problem.error is ServerStarting:
            self._loading += 1
            pause = self._retries.pause_s(min(self._loading, 3), asked)
            if time.monotonic() + pause - self._began > self._retries.starting_s:
                return False
        else:
            self.failures += 1
            if self.failures >= self._retries.tries:
                return False
            pause = self._retries.pause_s(self.failures, asked)
        wait(pause, self._stop)
        return True


def wait(seconds: float, stop: Callable[[], bool] | None) -> None:
    """Sleep; `Stopped` as soon as `stop` says so."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if stop is not None and stop():
            raise Stopped("stopped while waiting to ask the model's server again")
        time.sleep(min(LOOK_S, left))
