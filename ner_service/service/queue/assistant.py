"""An assistant is a second thread of a worker: it tags parts of large texts while a core is idle.

Kernels run without Python's lock, so two threads tag more than one. Small texts stay with the
worker: its event loop needs that lock as well.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from ner_service.cores import Cores
from ner_service.service.queue.job import Answer, Piece
from ner_service.service.queue.loading import probe
from ner_service.service.queue.scheduling import yield_to_loop
from ner_service.types import Tagger, Twinned

log = logging.getLogger(__name__)

Task = tuple[Sequence[Piece], Future[list[Answer]]]
Tag = Callable[[Tagger, Sequence[Piece]], list[Answer]]


class Assistant:
    """An assistant has a twin of its worker's tagger, made in its own thread when it begins."""

    def __init__(self, name: str, tagger: Twinned, cores: Cores, tag: Tag) -> None:
        self.twin: Tagger | None = None  # set once it has answered a text
        self.busy_since: float | None = None
        self._name, self._tagger, self._cores, self._tag = name, tagger, cores, tag
        self._inbox: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        threading.Thread(target=self._run, name=f"lane-{name}-assistant", daemon=True).start()

    def take(self, batch: Sequence[Piece]) -> Future[list[Answer]] | None:
        """Takes a batch to tag if a core is idle; else, or if it has enough, returns nothing.

        It has the next batch while it tags one, because its worker is busy when it ends the first.
        """
        if self.twin is None or self._inbox.qsize():
            return None
        if self.busy_since is None and not self._cores.has_second():
            return None
        answers: Future[list[Answer]] = Future()
        self._inbox.put((batch, answers))
        return answers

    def stop(self) -> None:
        """Lets the thread end, and its twin go."""
        self._inbox.put(None)

    def _run(self) -> None:
        yield_to_loop()
        try:
            twin = probe(self._tagger.twin())
        except Exception as error:  # whatever a library raises: the worker tags alone
            log.warning("%s: no second thread: %s", self._name, type(error).__name__)
            return
        if twin.info != self._tagger.info:
            log.warning("%s: no second thread: its model's files have changed", self._name)
            return
        self.twin = twin
        while task := self._inbox.get():
            self._do(twin, *task)
        self.twin = None

    def _do(self, twin: Tagger, batch: Sequence[Piece], future: Future[list[Answer]]) -> None:
        self.busy_since = time.perf_counter()
        try:
            with self._cores:
                answers = self._tag(twin, batch)
        except BaseException as error:  # of which the worker dies, as if it were its own
            self.busy_since = None
            future.set_exception(error)
        else:
            self.busy_since = None
            future.set_result(answers)
