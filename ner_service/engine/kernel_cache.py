"""The kernel cache keeps compiled kernels on disk, where nobody else may put any.

Numba's files are pickles: whoever writes one executes code in the process that reads it. So a
folder counts only if no other user can write to it. numba alone cannot read a folder that it may
not write to, and a damaged file, or a full disk, ends its call; so this module, and no other,
subclasses what numba keeps to itself. tests/engine/test_kernel_cache.py holds it to that.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from inspect import getfile
from pathlib import Path
from typing import Any

from numba.core.caching import CompileResultCacheImpl, FunctionCache, InTreeCacheLocator
from numba.core.runtime.nrt import rtsys

from ner_service.digest import digest
from ner_service.errors import ConfigError
from ner_service.files import folder_open_to_others

Function = Callable[..., Any]
_imports: dict[Path, list[Path]] = {}  # by the file of a module, what it imports from beside it


class StampedCache(FunctionCache):
    """Numba's cache of one function, whose forms count only while all sources of it are the same.

    Numba looks at the function's own file; a kernel may also contain code of the modules beside it
    that its module imports from.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        own = self._cache_file._source_stamp
        file = Path(getfile(function))
        if file not in _imports:  # the functions of a module share them
            _imports[file] = imported_sources(function)
        self._cache_file._source_stamp = own, *map(_digest_source, _imports[file])

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return a compiled form, or None where there is none.

        Numba would import all that it compiles with before, for 0.2 s. Machine code wants but the
        memory of its arrays.
        """
        rtsys.initialize(context)
        return self._load_overload(signature, context)  # type: ignore[no-untyped-call]


def imported_sources(function: Function) -> list[Path]:
    """Return the files beside the function's own from which its module imports anything."""
    own = Path(getfile(function))
    names = {getattr(value, "__module__", None) for value in function.__globals__.values()}
    modules = (sys.modules.get(name or "") for name in names)
    files = {Path(getattr(module, "__file__", None) or own) for module in modules}
    return sorted(file for file in files - {own} if file.parent == own.parent)


@cache
def _digest_source(path: Path) -> str:
    return digest(path)


@cache
def _list_indices(folder: Path, changed: int) -> list[str]:
    """Return the names of numba's indices in a folder, which is listed again when it `changed`.

    Listing it for each of sixty functions took a twentieth of a start.
    """
    return [file.name for file in folder.glob("*.nbi")]


class KernelCache(StampedCache):
    """The compiled forms of one function, in a folder of the user's, and as they were installed."""

    def __init__(self, function: Function) -> None:
        """Raise `ConfigError` where others may write to the folder, `RuntimeError` without one."""
        super().__init__(function)
        has_installed = InstalledKernels.exist(function)
        is_beside = Path(self.cache_path) == folder_beside(function)
        self._installed = None if is_beside or not has_installed else InstalledKernels(function)
        if not (is_beside and has_installed):
            check_folder(self.cache_path)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return a compiled form, or None where there is none, or a damaged one."""
        try:
            kept = super().load_overload(signature, context)
        except Exception:  # whatever pickle, llvmlite or numba say of damaged bytes
            kept = None
            with suppress(OSError):
                self.flush()  # type: ignore[no-untyped-call]
        if kept is None and self._installed:
            kept = self._installed.load_overload(signature, context)
        return kept

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep a compiled form, unless the disk is full; then the next start compiles again."""
        with suppress(OSError):
            super().save_overload(signature, compiled)  # type: ignore[no-untyped-call]


class InstalledKernels(StampedCache):
    """The compiled forms that lie beside the function's module, as an image is built with them.

    They are read, never written. Who may write there may change the module itself.
    """

    class _impl_class(CompileResultCacheImpl):  # numba's own name
        class _BesideModule(InTreeCacheLocator):
            def ensure_cache_path(self) -> None:
                """Do nothing: numba would try to write there."""

        _locator_classes = [_BesideModule]  # noqa: RUF012

    @staticmethod
    def exist(function: Function) -> bool:
        """Say whether there are installed forms of a function."""
        start = f"{Path(getfile(function)).stem}.{function.__qualname__}-"
        beside = folder_beside(function)
        names = _list_indices(beside, beside.stat().st_mtime_ns) if beside.exists() else ()
        return any(name.startswith(start) for name in names)

    def load_overload(self, signature: Any, context: Any) -> Any:
        """Return a compiled form, or None where there is none for this machine."""
        with suppress(Exception):  # as above
            return super().load_overload(signature, context)
        return None

    def save_overload(self, signature: Any, compiled: Any) -> None:
        """Keep nothing."""


def folder_beside(function: Function) -> Path:
    """Return the folder in which Python keeps the compiled code of a function's module."""
    return Path(getfile(function)).parent / "__pycache__"


@cache
def check_folder(path: str) -> None:
    """Raise `ConfigError` where another user may write to a folder of compiled kernels."""
    if place := folder_open_to_others(Path(path)):
        raise ConfigError(
            f"NUMBA_CACHE_DIR: {path}: others may write to {place}, and what lies there is "
            f"executed: run chmod go-w {place}, or name a folder of your own"
        )


def cache_of(function: Function) -> Any:
    """Return the cache of a function; raise as `KernelCache` does."""
    try:
        return KernelCache(function)
    except RuntimeError:  # no folder that can be written
        if InstalledKernels.exist(function):
            return InstalledKernels(function)
        raise
