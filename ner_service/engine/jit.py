"""Compilation of kernels, kept on disk so that only a first start ever pays for it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import get_ident
from typing import Any

import numba
from numba.core import event

EXACT = {"contract", "nsz", "nnan", "ninf"}  # no reassociation: the order of sums is ours


def compiled(function: Callable[..., Any]) -> Any:
    """Compiles at first call and keeps the machine code where numba finds a folder to write in.

    That is `NUMBA_CACHE_DIR`, else beside the source, else the user's cache folder. The code
    is found stale by the source file alone, so a kernel calls none of another file.

    While it runs, other threads have Python's lock.
    """
    return _jit(function, nogil=True)


def compiled_with_gil(function: Callable[..., Any]) -> Any:
    """As `compiled`, but it keeps Python's lock: winning that back may take longer than it runs."""
    return _jit(function, nogil=False)


def _jit(function: Callable[..., Any], nogil: bool) -> Any:
    options: Any = {"nogil": nogil, "fastmath": EXACT, "error_model": "numpy", "boundscheck": False}
    try:
        return numba.njit(function, cache=True, **options)
    except RuntimeError:  # no such folder
        _tell()
        return numba.njit(function, **options)


@cache
def _tell() -> None:
    logging.getLogger(__name__).warning(
        "no folder to keep compiled kernels in, so every start compiles them for some seconds: "
        "let NUMBA_CACHE_DIR name one that can be written"
    )


class NotOnDisk(Exception):
    """A kernel that would have to be compiled, and would then be kept."""


@contextmanager
def from_disk() -> Iterator[None]:
    """Raises `NotOnDisk` instead of compiling what could have been read, in this thread."""
    with event.install_listener("numba:compile", _Refusal(get_ident())):
        yield


class _Refusal(event.Listener):
    def __init__(self, thread: int) -> None:
        self._thread = thread

    def on_start(self, event: Any) -> None:
        if get_ident() == self._thread and event.data["dispatcher"].stats.cache_path:
            raise NotOnDisk

    def on_end(self, event: Any) -> None:
        """Nothing is left to do."""
