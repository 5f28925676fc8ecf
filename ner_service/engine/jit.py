"""Compilation of kernels to machine code, which is kept on disk for later starts."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from threading import get_ident
from typing import Any

import numba
from numba.core import event

from ner_service.engine.kernel_cache import cache_of

EXACT = {"contract", "nsz", "nnan", "ninf"}  # no reassociation: the order of sums is ours


def import_without_scipy() -> None:
    """Import the functions of arrays of numba, which load scipy only to see if it is there.

    That takes 0.2 s and 16 MB. Whoever multiplies matrices by numba loads it then, as ever.
    """
    linalg: Any = import_module("numba.np.linalg")

    def fail() -> None:
        raise ImportError

    ensure_blas, linalg.ensure_blas = linalg.ensure_blas, fail
    try:
        arraymath: Any = import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = ensure_blas
    arraymath.ensure_blas = ensure_blas
    arraymath._HAVE_BLAS = find_spec("scipy") is not None


if "numba.np.arraymath" not in sys.modules:
    import_without_scipy()


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
    options["no_cfunc_wrapper"] = True  # nobody calls it from C, and it takes a fifth of the time
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
