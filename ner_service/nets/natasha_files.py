"""The files of natasha's wheel are found by its own list, without importing natasha."""

import sys
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType


@cache
def natasha_data() -> ModuleType:
    """Return the module `natasha.data`, whose constants are the paths of natasha's files.

    By itself it imports nothing. Natasha would import all its chain first, with pymorphy2 and
    yargy, for 45 ms of CPU time at each start.
    """
    if loaded := sys.modules.get("natasha.data"):
        return loaded
    package = find_spec("natasha")
    if package is None or package.origin is None:
        raise ImportError("No module named 'natasha'", name="natasha")
    spec = spec_from_file_location("natasha.data", Path(package.origin).parent / "data/__init__.py")
    assert spec is not None  # a file of Python has one, and a loader
    assert spec.loader is not None
    data = module_from_spec(spec)
    spec.loader.exec_module(data)
    return data
