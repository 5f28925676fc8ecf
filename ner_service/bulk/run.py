"""A run tags the sources of a job into a place, and goes on from where an earlier run ended."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.chunk import Chunk, Counts, Form, Segment
from ner_service.bulk.forms.lines import naming
from ner_service.bulk.job import Job
from ner_service.bulk.ledger import Finished, Ledger
from ner_service.bulk.place import Place
from ner_service.bulk.pool import Answer, Submit, open_pool
from ner_service.bulk.segments import SegmentFolder, sync
from ner_service.bulk.sources import Source
from ner_service.errors import CorpusError, NerError

AHEAD = 4  # chunks for each worker that are read before the oldest answer is there
OUTPUT = "output"  # the name of an output that is being written, among its segments


@dataclass(frozen=True, slots=True)
class Advance:
    """An advance is what a chunk adds: bytes read of its file, and what was tagged in it.

    `is_new` is false where an earlier run did the work.
    """

    size: int
    counts: Counts
    is_new: bool


Report = Callable[[Advance], None]


@dataclass(frozen=True, slots=True)
class Task:
    """A task is a source as it was when the run began, its output, and the segments of that."""

    source: Source
    state: os.stat_result
    form: Form
    name: str
    final: Path
    segments: SegmentFolder

    @classmethod
    def of(cls, source: Source, job: Job, place: Place, key: str) -> "Task":
        """Return what there is to do about a source; raises `CorpusError`."""
        name = source.output_name(job)
        with naming(source.path):
            state = source.path.stat()
        segments = SegmentFolder(place.segments(name), key)
        return cls(source, state, source.form(job), name, place.final(name), segments)

    def finished(self, counts: Counts) -> Finished:
        """Return the line of the ledger about the task."""
        return Finished(self.name, self.state.st_size, self.state.st_mtime_ns, *astuple(counts))

    def check_unchanged(self) -> None:
        """Raise `CorpusError` where the source was written to since the run began."""
        now = self.source.path.stat()
        if not self.finished(Counts()).is_of(now):
            raise CorpusError(f"{self.source.path}: was changed while it was read: run this again")


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending chunk waits for its answer; without a chunk, it is the end of its file."""

    task: Task
    chunk: Chunk | None
    answer: Answer | None = None
    is_new: bool = False


def run(
    annotator: Annotator, sources: Sequence[Source], place: Place, workers: int, report: Report
) -> list[Finished]:
    """Tag the sources as the annotator's job asks, and return what was made of each.

    Raises `NerError` for the first thing that is wrong, in the order of the input; what was done
    before it stays, and the next run goes on from there.
    """
    job = annotator.job
    place.prepare()
    with place.lock():
        ledger = Ledger.open(place.ledger, job.facts(annotator.tagger.info))
        tasks = [Task.of(source, job, place, ledger.key) for source in sources]
        with open_pool(annotator, workers) as submit:
            chunks = pending_chunks(tasks, ledger, submit, report)
            pending = in_order(chunks, AHEAD * workers)
            for first in pending:
                write_output(first, pending, ledger, report)
        done = [ledger.finished[task.name] for task in tasks]
        place.clear()
    return done


def pending_chunks(
    tasks: Iterable[Task], ledger: Ledger, submit: Submit, report: Report
) -> Iterator[Pending]:
    """Yield the chunks of the files that are not finished, each with what waits for its answer.

    An error of reading is the answer of the end of the file.
    """
    for task in tasks:
        finished = ledger.finished.get(task.name)
        if finished and finished.is_of(task.state) and task.final.exists():
            report(Advance(task.state.st_size, finished.counts, False))
            continue
        try:
            for chunk in task.form.chunks():
                if kept := task.segments.get(chunk):
                    yield Pending(task, chunk, _constant(kept))
                else:
                    yield Pending(task, chunk, submit(task.form, chunk), True)
        except NerError as error:
            yield Pending(task, None, _failure(error))
            return
        yield Pending(task, None)


def _constant(segment: Segment) -> Answer:
    return lambda: segment


def _failure(error: NerError) -> Answer:
    def answer() -> Segment:
        raise error

    return answer


def in_order(items: Iterable[Pending], ahead: int) -> Iterator[Pending]:
    """Yield items in order, some behind those that were asked for: they are worked on meanwhile."""
    queue: deque[Pending] = deque()
    for item in items:
        queue.append(item)
        if len(queue) > ahead:
            yield queue.popleft()
    while queue:
        yield queue.popleft()


def write_output(first: Pending, rest: Iterator[Pending], ledger: Ledger, report: Report) -> None:
    """Write the file that begins with a chunk; it takes its name when it is complete."""
    task = first.task
    unfinished = task.segments.path / OUTPUT
    with naming(task.final):
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        counts = write_segments(first, rest, unfinished, report)
        task.check_unchanged()
        task.final.parent.mkdir(parents=True, exist_ok=True)
        sync(unfinished)
        unfinished.replace(task.final)
        sync(task.final.parent)
    ledger.add(task.finished(counts))
    task.segments.remove()


def write_segments(item: Pending, rest: Iterator[Pending], path: Path, report: Report) -> Counts:
    """Write the chunks of a file as their answers come, which are kept for later runs as well."""
    counts, read = Counts(), 0
    with item.task.form.open_sink(path) as sink:
        while item.chunk and item.answer:
            segment = item.answer()
            if item.is_new:
                item.task.segments.put(item.chunk, segment)
            sink.append(item.chunk, segment)
            counts += segment.counts
            report(Advance(item.chunk.position - read, segment.counts, item.is_new))
            read = item.chunk.position
            item = next(rest)
        if item.answer:
            item.answer()  # raises the error that ended the reading
    return counts
