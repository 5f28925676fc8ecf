"""Shares bound the characters that the owner of a key may have tagged, over all processes."""

import hashlib
import math
import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ner_service.errors import Code, Refused
from ner_service.service.queue.job import SMALL_COST

SLOTS = 4096  # of accounts; two of some keys may have to share one, hardly ever
RESERVE = 1 / 8  # of what may come at once, for small requests
BURST_S = 10.0  # of the rate may come at once, after a rest
LOCK_S = 0.1  # another process may have been killed while it held the lock
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Clocks:
    """Clocks tell seconds, which all processes of a machine share."""

    steady: Callable[[], float] = time.monotonic
    of_day: Callable[[], float] = time.time


class Shares:
    """Shares are kept in memory that processes have in common, if it is made before they fork.

    An account has the characters used since its last look, when that was, the day (UTC), and the
    characters of that day. What is used flows off at the rate.
    """

    def __init__(self, a_second: float, a_day: float, clocks: Clocks = Clocks()) -> None:
        self._a_second, self._a_day, self._clocks = a_second, a_day, clocks
        self._accounts: Any = multiprocessing.Array("d", 4 * SLOTS)

    def take(self, key: str, chars: int) -> None:
        """Notes that a key has so many characters tagged; raises `Refused` where it may not.

        A request of more than may come at once is let in where nothing was used.
        """
        locked = self._accounts.get_lock().acquire(timeout=LOCK_S)
        try:
            self._take(4 * slot_of(key), chars)
        finally:
            if locked:
                self._accounts.get_lock().release()

    def _take(self, at: int, chars: int) -> None:
        accounts = self._accounts.get_obj()
        used, since, day, of_day = accounts[at : at + 4]
        now, wall = self._clocks.steady(), self._clocks.of_day()
        today = wall // DAY_S
        of_day = of_day if day == today else 0.0
        if self._a_day and of_day + chars > self._a_day:
            seconds = math.ceil((today + 1) * DAY_S - wall)
            raise refusal(f"{self._a_day:g} characters a day (NER_KEY_CHARS_DAY)", seconds)
        if self._a_second:
            used = max(0.0, used - (now - since) * self._a_second)
            most = BURST_S * self._a_second * (1 if chars <= SMALL_COST else 1 - RESERVE)
            if used and used + chars > most:
                seconds = math.ceil(min(used, used + chars - most) / self._a_second)
                raise refusal(f"{self._a_second:g} characters a second (NER_KEY_CHARS)", seconds)
        accounts[at : at + 4] = [used + chars, now, today, of_day + chars]


def slot_of(key: str) -> int:
    """Returns which account a key has, the same in each process."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % SLOTS


def refusal(limit: str, seconds: int) -> Refused:
    """Returns the refusal of a key that has used up its share."""
    message = f"more than {limit}: try again in {seconds} s"
    return Refused(Code.RATE_LIMITED, message, retry=seconds)
