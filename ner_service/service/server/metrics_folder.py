"""Several processes put their metrics together in a folder, in memory where the system has some."""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SHARED_MEMORY = "/dev/shm"  # a page of a mapped file that a full disk cannot hold kills a process
PREFIX = "ner-metrics-"
YOUNG_S = 60  # a folder that is not locked yet may be of a service that is about to start


@contextmanager
def open_metrics_folder() -> Iterator[Path]:
    """Makes a folder, removes it at the end, and before that those that killed services left.

    It is locked as long as any process of the service lives.
    """
    root = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else tempfile.gettempdir()
    remove_left(Path(root))
    with tempfile.TemporaryDirectory(prefix=PREFIX, dir=root) as name:
        lock = os.open(name, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        try:
            yield Path(name)
        finally:
            os.close(lock)


def remove_left(root: Path) -> None:
    """Removes the folders of services that have been killed, where they are ours."""
    for folder in root.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
        except OSError:  # another's, or gone meanwhile
            continue
        try:
            state = os.fstat(lock)
            if state.st_uid == os.geteuid() and time.time() - state.st_mtime > YOUNG_S:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:  # locked: it is in use
            continue
        finally:
            os.close(lock)
