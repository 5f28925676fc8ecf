"""An exchange replaces the taggers of lanes by others while texts are answered."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from ner_service.cores import Cores, list_cores
from ner_service.service.queue.errors import NotReady
from ner_service.service.queue.lane import Lane, ObserveBatch
from ner_service.service.queue.roll import Roll
from ner_service.service.queue.worker import Worker
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import Source
from ner_service.types import Tagger


@dataclass(frozen=True)
class Changes:
    """Changes name the taggers that were loaded, those that stayed, and those that went."""

    loaded: list[str]
    kept: list[str]
    dropped: list[str]


class Exchange:
    """The exchange starts the lanes of a service, and lets them follow a new list of taggers.

    A lane stays while its worker is exchanged: what the old one has is answered by the old one,
    and all that comes later by the new one. It belongs to the event loop of its lanes.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[str], Tagger],
        observe: ObserveBatch,
        lanes: dict[str, Lane],
    ) -> None:
        self._settings, self._load, self._observe = settings, load, observe
        self._cores = Cores(len(list_cores()) // settings.workers)  # of this process
        self._lanes = lanes
        self._sources: Mapping[str, Source] = {}

    def start(self, sources: Mapping[str, Source]) -> None:
        """Starts loading every tagger in its own thread."""
        roll = Roll(sources, self._settings.default)
        workers = {name: self._start_worker(name, source, roll) for name, source in sources.items()}
        self._put(sources, workers)

    async def wait(self, seconds: float) -> None:
        """Waits until each tagger has answered a text or failed, for so many seconds at most."""
        loads = [asyncio.wrap_future(lane.worker.first_load) for lane in self._lanes.values()]
        for load in loads:
            load.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        await asyncio.wait(loads, timeout=seconds)

    async def follow(self, sources: Mapping[str, Source]) -> Changes:
        """Loads what has changed beside what serves, and puts it in its place once all answer.

        One is loaded after another. Raises the `NerError` of a tagger that does not answer, and
        then leaves everything as it is.
        """
        changed = {n: s for n, s in sources.items() if self._sources.get(n) != s}
        fresh: dict[str, Worker] = {}
        try:
            for name, source in changed.items():
                fresh[name] = self._start_worker(name, source)
                await asyncio.shield(asyncio.wrap_future(fresh[name].first_load))
        except BaseException:
            for worker in fresh.values():
                worker.stop(0)
            raise
        before = {name: lane.worker for name, lane in self._lanes.items()}
        self._put(sources, fresh)
        old = [worker for name, worker in before.items() if name in fresh or name not in sources]
        await asyncio.to_thread(self._release, old)
        kept = [name for name in sources if name not in fresh]
        return Changes([*fresh], kept, [name for name in before if name not in sources])

    def _start_worker(self, name: str, source: Source, roll: Roll | None = None) -> Worker:
        load, observe = partial(self._load, source.spec), partial(self._observe, name)
        if roll is None:
            return Worker(name, load, self._settings.batch_chars, observe, cores=self._cores)
        turn = roll.in_turn(name, load)
        return Worker(
            name, turn, self._settings.batch_chars, observe, roll.strike, cores=self._cores
        )

    def _put(self, sources: Mapping[str, Source], fresh: Mapping[str, Worker]) -> None:
        """Gives each source its lane, in their order, and the lanes in question new workers."""
        before = dict(self._lanes)
        self._lanes.clear()
        for name in sources:
            lane = before.pop(name, None)
            if lane and name in fresh:
                fresh[name].continue_pace(lane.worker)
                dismiss(lane.worker)
                lane.worker = fresh[name]
            self._lanes[name] = lane or self._new_lane(fresh[name])
        for lane in before.values():
            dismiss(lane.worker)
        self._sources = sources

    def _new_lane(self, worker: Worker) -> Lane:
        return Lane(worker, self._settings.queue_chars, self._settings.timeout_s)

    def _release(self, workers: list[Worker]) -> None:
        """Waits until workers have answered what they had, and given back their memory."""
        for worker in workers:
            worker.stop(self._settings.timeout_s)


def dismiss(worker: Worker) -> None:
    """Gives a worker no more jobs; it answers those that it has, and ends."""
    worker.tagger, worker.error = None, NotReady(f"{worker.name} is no longer served")
    worker.stop(0)
