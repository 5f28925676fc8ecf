"""Until when jobs may wait: one timer for all, since one for each costs more."""

import asyncio

from ner_service.service.queue.errors import Late
from ner_service.service.queue.job import Job
from ner_service.service.queue.worker import settle


class Deadlines:
    """Settles jobs that have waited for so many seconds; belongs to one event loop."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._waiting: dict[Job, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def add(self, job: Job, when: float) -> None:
        """Lets a job wait until `when`, by the clock of its event loop."""
        self._waiting[job] = when
        if self._timer is None or when < self._timer.when():
            self._arm(when)

    def remove(self, job: Job) -> None:
        """The job waits no more."""
        del self._waiting[job]

    def _arm(self, when: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(when, self._look)

    def _look(self) -> None:
        self._timer = None
        now = asyncio.get_running_loop().time()
        for job, when in self._waiting.items():
            if when <= now:
                settle(job, Late(self.seconds))
        later = [when for when in self._waiting.values() if when > now]
        if later:
            self._arm(min(later))
