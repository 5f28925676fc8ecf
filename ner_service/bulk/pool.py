"""A pool annotates chunks in several processes, which share one loaded annotator by forking."""

import gc
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.chunk import Chunk, Form, Segment
from ner_service.errors import NerError

Answer = Callable[[], Segment]  # waits for it; raises as `Form.annotate`
Submit = Callable[[Form, Chunk], Answer]


class WorkerDied(NerError):
    """A process of the pool was ended from outside."""


@contextmanager
def open_pool(annotator: Annotator, workers: int) -> Iterator[Submit]:
    """Give a function that has a chunk annotated; with one worker it does so here and now."""
    if workers == 1:
        yield lambda form, chunk: _constant(form.annotate(chunk.first, chunk.payload, annotator))
        return
    frozen = gc.get_freeze_count()
    gc.collect()
    gc.freeze()  # the collector would write to what is shared, and so copy it
    executor = ProcessPoolExecutor(workers, get_context("fork"), _begin, (annotator,))
    try:
        yield lambda form, chunk: _outcome(executor, form, chunk)
    finally:
        _end_all(executor)
        if not frozen:  # else whoever froze the rest wants it to stay so
            gc.unfreeze()


def _constant(segment: Segment) -> Answer:
    return lambda: segment


def _outcome(executor: ProcessPoolExecutor, form: Form, chunk: Chunk) -> Answer:
    """Hand a chunk to a process, and return what waits for its answer."""
    try:
        future = executor.submit(_annotate, form, chunk.first, chunk.payload)
    except BrokenProcessPool:
        raise _death(form) from None

    def answer() -> Segment:
        try:
            return future.result()
        except BrokenProcessPool:
            raise _death(form) from None

    return answer


def _death(form: Form) -> WorkerDied:
    return WorkerDied(
        f"{form.path}: a worker process was killed, perhaps for want of memory: take fewer "
        "--workers"
    )


def _end_all(executor: ProcessPoolExecutor) -> None:
    """End the processes at once, in the middle of what they do."""
    processes = list((executor._processes or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()


_shared: Annotator | None = None  # of a process of the pool


def _begin(annotator: Annotator) -> None:
    """Make a process of the pool ready: it ends with its parent, which alone heeds signals."""
    global _shared
    _shared = annotator
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the end of the parent, which may be killed, and end with it."""
    if parent := parent_process():
        wait([parent.sentinel])
        os._exit(1)


def _annotate(form: Form, first: int, payload: bytes) -> Segment:
    assert _shared
    return form.annotate(first, payload, _shared)
