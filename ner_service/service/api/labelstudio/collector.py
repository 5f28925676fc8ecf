"""A collector keeps annotated tasks as files, and has a model trained on them after some.

`FOLDER/tasks/PROJECT-TASK.json` holds a task with its annotations; `FOLDER/annotations.jsonl` all
tasks, as they were when the last training began, `FOLDER/trained.json` which they were, and
`FOLDER/training.log` what the training said.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import orjson

from ner_service.errors import Code, CorpusError, NerError, Refused
from ner_service.files import atomic_file
from ner_service.service.api.labelstudio.forms import AnnotationForm, EventForm, TaskForm

log = logging.getLogger(__name__)
Outcome = Literal["collected", "ignored", "training"]
MOST_TASK_BYTES = 16_000_000  # of a file of a task, which grows with its annotations


class Collector:
    """A collector writes what people annotate, and starts a training after `train_after` tasks.

    The training is `ner-service retrain CONFIG` in a process of its own. Once it ends, `reload`
    lets the service follow, which it does only where the model has changed.
    """

    def __init__(
        self,
        folder: Path,
        train_after: int,
        config: str,
        reload: Callable[[], Awaitable[Any]],
    ) -> None:
        self._tasks, self._log = folder / "tasks", folder / "training.log"
        self._all, self._lock = folder / "annotations.jsonl", folder / "training.lock"
        self._known = folder / "trained.json"
        self._train_after, self._config, self._reload = train_after, config, reload
        self._one_at_a_time = asyncio.Lock()
        self._training: asyncio.Task[None] | None = None

    async def take(self, event: EventForm) -> Outcome:
        """Follow an event, and say what became of it; raises `Refused` where nothing is kept."""
        async with self._one_at_a_time:
            try:
                taken = await asyncio.to_thread(self._follow, event)
                due = await asyncio.to_thread(self._is_due, event.action == "START_TRAINING")
            except (CorpusError, OSError) as error:
                log.error("Label Studio: an annotation is not kept: %s", error)
                message = "the annotation cannot be written: see the log of the service"
                raise Refused(Code.INTERNAL, message) from None
        if due and self.is_idle:
            self._training = asyncio.create_task(self._train())
            return "training"
        return "collected" if taken else "ignored"

    @property
    def is_idle(self) -> bool:
        """Return whether no training of this process runs."""
        return self._training is None or self._training.done()

    async def stop(self) -> None:
        """End a training that still runs; the model that serves stays as it is."""
        if self._training and not self._training.done():
            self._training.cancel()
            await asyncio.gather(self._training, return_exceptions=True)

    def _follow(self, event: EventForm) -> bool:
        """Write or remove what an event is about; say whether it was about annotations."""
        made, tasks = event.all_annotations, event.all_tasks
        match event.action:
            case "ANNOTATIONS_DELETED":
                self._remove({annotation.id for annotation in made})
            case "ANNOTATION_CREATED" | "ANNOTATION_UPDATED" | "ANNOTATIONS_CREATED":
                if not made or len(tasks) != len(made) or any(task.id is None for task in tasks):
                    fault = "expected an annotation and its task: let the webhook send its payload"
                    raise Refused(Code.INVALID_REQUEST, f"task: {fault}", ["task"])
                project = event.project.id if event.project else 0
                for task, annotation in zip(tasks, made, strict=True):
                    self._add(project, task, annotation)
            case _:
                return False
        return True

    def _add(self, project: int, task: TaskForm, annotation: AnnotationForm) -> None:
        path = self._tasks / f"{project}-{task.id}.json"
        self._tasks.mkdir(parents=True, exist_ok=True)
        before = orjson.loads(path.read_bytes())["annotations"] if path.exists() else []
        kept = [one for one in before if one["id"] != annotation.id]
        self._write(path, task.model_dump() | {"annotations": [*kept, annotation.model_dump()]})

    def _remove(self, ids: set[int]) -> None:
        """Remove annotations by their numbers, and tasks that have none left."""
        for path in self._files():
            task = orjson.loads(path.read_bytes())
            kept = [one for one in task["annotations"] if one["id"] not in ids]
            if not kept:
                path.unlink()
            elif len(kept) < len(task["annotations"]):
                self._write(path, task | {"annotations": kept})

    def _write(self, path: Path, task: dict[str, Any]) -> None:
        line = orjson.dumps(task, option=orjson.OPT_APPEND_NEWLINE)
        if len(line) > MOST_TASK_BYTES:
            raise CorpusError(f"{path}: larger than {MOST_TASK_BYTES} bytes")
        with atomic_file(path) as file:
            file.write(line)

    def _files(self) -> list[Path]:
        return sorted(self._tasks.glob("*.json"))

    def _is_due(self, asked: bool) -> bool:
        """Say whether a training should begin: it was asked for, or enough has been annotated."""
        if not self._config:
            return False
        known = orjson.loads(self._known.read_bytes()) if self._known.exists() else {}
        fresh = sum(known.get(name) != state for name, state in self._states().items())
        return bool(fresh >= (1 if asked else self._train_after))

    def _states(self) -> dict[str, int]:
        """Return when each task was written, in nanoseconds, by the name of its file."""
        return {path.name: path.stat().st_mtime_ns for path in self._files()}

    async def _train(self) -> None:
        """Train in a process of its own, unless another process of the service does already."""
        with self._hold_lock() as is_ours:
            if not is_ours:
                return
            await asyncio.to_thread(self._join)
            with self._log.open("wb") as said:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "ner_service", "retrain", self._config,
                    stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said,
                )  # fmt: skip
                log.info("Label Studio: a training on its annotations has begun")
                try:
                    code = await process.wait()
                except asyncio.CancelledError:
                    process.terminate()
                    await process.wait()
                    raise
        if code:
            log.error("Label Studio: the training failed (%d): see %s", code, self._log)
            return
        log.info("Label Studio: the training has ended")
        try:
            await self._reload()
        except NerError:  # which the reload has logged
            return

    def _join(self) -> None:
        """Write all tasks into one file, which the training reads, and remember which they are."""
        states = self._states()
        with atomic_file(self._all) as whole:
            for name in states:
                whole.write((self._tasks / name).read_bytes())
        with atomic_file(self._known) as file:
            file.write(orjson.dumps(states))

    @contextmanager
    def _hold_lock(self) -> Iterator[bool]:
        """Hold the lock that processes share, and yield whether it was free."""
        import fcntl  # which Windows has not

        number = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_ours = True
            except BlockingIOError:
                is_ours = False
            yield is_ours
        finally:
            os.close(number)
