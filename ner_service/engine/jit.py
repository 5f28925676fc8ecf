"""Compilation of kernels to machine code, which is kept on disk for later starts."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import get_ident
from typing import Any

import numba
from numba.core import event

from ner_service.engine.kernel_cache import cache_of

EXACT = {"contract", "nsz", "nnan", "ninf"}  # no reassociation: the order of sums is ours


def compiled(function: Callable[..., Any]) -> Any:
    """Compile a function at its first call; it releases Python's lock (the GIL) while it runs.

    Machine code is kept in `NUMBA_CACHE_DIR`, else beside the source, else in the user's cache
    folder; what lies beside the source is read in any case. It counts until the function's own
    source file changes, or one of this folder that its module imports from.
    """
    return _jit(function, nogil=True)


def compiled_with_gil(function: Callable[..., Any]) -> Any:
    """Compile a function as `compiled` does; it keeps Python's lock while it runs.

    For what takes some microseconds: a thread may wait longer than that to win the lock back.
    """
    return _jit(function, nogil=False)


def _jit(function: Callable[..., Any], nogil: bool) -> Any:
    options: Any = {"nogil": nogil, "fastmath": EXACT, "error_model": "numpy", "boundscheck": False}
    kernel = numba.njit(function, **options)
    try:
        kernel._cache = cache_of(function)  # as numba's own `enable_caching` sets it
    except RuntimeError:  # no such folder
        _warn_once()
    return kernel


@cache
def _warn_once() -> None:
    logging.getLogger(__name__).warning(
        "no folder to keep compiled kernels in, so every start compiles them for some seconds: "
        "let NUMBA_CACHE_DIR name one that can be written"
    )


class NotOnDisk(Exception):
    """A kernel is not on disk, and would have to be compiled."""


@contextmanager
def from_disk() -> Iterator[None]:
    """Raise `NotOnDisk` where this thread would compile a kernel that could be kept on disk."""
    with event.install_listener("numba:compile", _CompileRefusal(get_ident())):
        yield


class _CompileRefusal(event.Listener):
    """Numba's compile events of one thread, answered with `NotOnDisk`."""

    def __init__(self, thread: int) -> None:
        self._thread = thread

    def on_start(self, event: Any) -> None:
        if get_ident() == self._thread and event.data["dispatcher"].stats.cache_path:
            raise NotOnDisk

    def on_end(self, event: Any) -> None:
        """Do nothing: numba asks every listener for this method."""
