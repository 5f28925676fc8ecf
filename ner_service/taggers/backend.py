"""A backend is a family of taggers: its name, what it needs, and how one of it is loaded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

from ner_service.types import Tagger

Loader = Callable[[str], Tagger]


@dataclass(frozen=True)
class Backend:
    """A backend describes itself here; tables, help and tests are made of the descriptions.

    `load` takes a spec's source, which is `default_source` where the spec names none.
    `specs` explains each form of spec. `packages` are the libraries that only
    loading may import. `model_file` is the file that tells the backend's model folders, and
    `kernels` says whether the engine's compiled kernels answer.
    """

    name: str
    load: Loader
    default_source: str = ""
    specs: Mapping[str, str] = field(default_factory=dict)
    packages: Sequence[str] = ()
    model_file: str = ""
    kernels: bool = False


def lazy(module: str) -> Loader:
    """Return a loader that imports `module`, and so its libraries, only when it is called."""

    def load(source: str) -> Tagger:
        tagger: Tagger = import_module(module).load(source)
        return tagger

    return load
