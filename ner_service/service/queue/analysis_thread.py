"""The thread of the analysis takes tagged texts, short ones first, in batches of what waits."""

import asyncio
import heapq
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from ner_service.names.types import Analysis
from ner_service.service.queue.errors import NotReady, TaggerFailed
from ner_service.service.queue.job import Pace, cost_of
from ner_service.service.queue.scheduling import yield_to_loop
from ner_service.types import Entity

if TYPE_CHECKING:
    from ner_service.names.analyser import Analyser

log = logging.getLogger(__name__)

NAME = "names"  # of the thread, and in metrics, which tell it from taggers by that
PROBE = "Анну ждут."  # whose first word is analysed before anybody's text
_one_at_a_time = threading.Lock()

Result = dict[str, Any]
"""The fields of an answer to a text."""
Write = Callable[[str, Sequence[Entity], Analysis], Result]
"""Called in the thread with a text, its entities and their analysis; returns what is answered."""
Written = list[Result | TaggerFailed]
Observe = Callable[[str, int, float], None]
"""Called after each batch with `NAME`, the number of texts, and the seconds taken."""


@dataclass(order=True, slots=True)
class Task:
    """A task has the texts of one request, whose names wait to be analysed.

    Tasks are done by their `end`: the characters that had come when it came, and its own once
    more. So a short text passes a long one, which no flood of short ones holds up for ever.
    """

    end: int
    number: int
    texts: Sequence[str] = field(compare=False)
    entities: Sequence[Sequence[Entity]] = field(compare=False)
    write: Write = field(compare=False)
    future: asyncio.Future[Written] = field(compare=False)


class AnalysisThread:
    """The thread starts, and loads what it needs, with the first task."""

    def __init__(self, batch_chars: int, observe: Observe) -> None:
        self._batch_chars, self._observe = batch_chars, observe
        self._inbox: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._waiting: list[Task] = []  # a heap
        self._pace = Pace()
        self._analyser: Analyser | None = None
        self._thread: threading.Thread | None = None
        self._stopping = False

    @property
    def pace(self) -> float:
        """Returns the seconds that a character costs, as lately measured."""
        return self._pace.seconds_per_char

    def put(self, task: Task) -> None:
        """Queues a task; its future will have what was written."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=NAME, daemon=True)
            self._thread.start()
        self._inbox.put(task)

    def stop(self, seconds: float) -> None:
        """Lets the thread end, and waits so many seconds for that."""
        self._inbox.put(None)
        if self._thread:
            self._thread.join(seconds)

    def _run(self) -> None:
        yield_to_loop()
        while batch := self._take():
            started = time.perf_counter()
            self._answer(batch)
            seconds = time.perf_counter() - started
            self._pace = self._pace.after(seconds, sum(cost_of(task.texts) for task in batch))
            self._observe(NAME, sum(len(task.texts) for task in batch), seconds)

    def _take(self) -> list[Task]:
        """Waits for tasks and takes a batch of them; returns none where no more will come."""
        batch: list[Task] = []
        size = 0
        while not batch and (self._waiting or not self._stopping):
            self._fetch()
            while self._waiting:
                task = self._waiting[0]
                if not task.future.done():  # else its client has left, or its time is over
                    size += cost_of(task.texts)
                    if batch and size > self._batch_chars:
                        break
                    batch.append(task)
                heapq.heappop(self._waiting)
        return batch

    def _fetch(self) -> None:
        """Moves the tasks that came to those that wait; waits only where there is none."""
        with suppress(queue.Empty):
            task = self._inbox.get(block=not self._waiting and not self._stopping)
            while True:
                if task is None:
                    self._stopping = True
                else:
                    heapq.heappush(self._waiting, task)
                task = self._inbox.get_nowait()

    def _answer(self, batch: Sequence[Task]) -> None:
        """Gives each task of a batch what is written of its texts."""
        try:
            self._analyser = self._analyser or load_analyser()
            answers = iter(write_each(self._analyser, batch))
            results = [[next(answers) for _ in task.texts] for task in batch]
        except Exception as error:  # whatever a library raises: the thread must go on
            log.error("names: %s", type(error).__name__)
            failed = NotReady(f"names cannot be analysed: {type(error).__name__}")
            deliver([(task.future, failed) for task in batch])
        else:
            deliver([(task.future, r) for task, r in zip(batch, results, strict=True)])


def load_analyser() -> "Analyser":
    """Load what analyses names, once in a process, whichever thread asks first."""
    with _one_at_a_time:
        return _load()


@cache
def _load() -> "Analyser":
    """Load what analyses names; another process compiles missing kernels, as for taggers."""
    from ner_service.engine.jit import NotOnDisk, from_disk

    try:
        with from_disk():
            return probe()
    except NotOnDisk:  # and should that process fail, this one compiles
        log.info("names: compiling kernels, once (`ner-service warm` does it ahead)")
        command = [sys.executable, "-m", __name__]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        return probe()


def probe() -> "Analyser":
    """Return an analyser that has analysed a name, with all its kernels compiled."""
    from ner_service.names.analyser import Analyser

    analyser = Analyser()
    analyser.analyse(PROBE, [Entity(0, 4, "PER")])
    return analyser


def write_each(analyser: "Analyser", tasks: Sequence[Task]) -> Written:
    """Return what is written of each text of each task."""
    texts = [text for task in tasks for text in task.texts]
    entities = [inside for task in tasks for inside in task.entities]
    writers = [task.write for task in tasks for _ in task.texts]
    return [
        analysis if isinstance(analysis, TaggerFailed) else write(text, inside, analysis)
        for write, text, inside, analysis in zip(
            writers, texts, entities, analyse_each(analyser, texts, entities), strict=True
        )
    ]


def analyse_each(
    analyser: "Analyser", texts: Sequence[str], entities: Sequence[Sequence[Entity]]
) -> list[Analysis | TaggerFailed]:
    """Analyse a batch; when that raises, each text alone, so that one fails no other."""
    try:
        return [*analyser.analyse_many(texts, entities)]
    except Exception as error:
        if len(texts) == 1:  # the error's message may quote the text: its type alone is logged
            log.error("names: %s on %d characters", type(error).__name__, len(texts[0]))
            return [TaggerFailed()]
        pairs = zip(texts, entities, strict=True)
        return [answer for text, e in pairs for answer in analyse_each(analyser, [text], [e])]


def deliver(results: Sequence[tuple[asyncio.Future[Written], Written | Exception]]) -> None:
    """Hands over results from the thread; waking the event loop once for all costs the least."""
    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        results[0][0].get_loop().call_soon_threadsafe(settle, *results)


def settle(*results: tuple[asyncio.Future[Written], Written | Exception]) -> None:
    """Gives results to those who wait and have none yet; in their event loop."""
    for future, result in results:
        if future.done():
            continue
        if isinstance(result, Exception):
            future.set_exception(result)
        else:
            future.set_result(result)


if __name__ == "__main__":
    probe()
