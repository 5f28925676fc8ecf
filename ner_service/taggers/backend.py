"""A backend is a family of taggers: its name, what it needs, and how one of it is loaded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from ner_service.errors import MissingExtra
from ner_service.types import Tagger

Loader = Callable[[str], Tagger]


@dataclass(frozen=True)
class Backend:
    """A backend describes itself here; tables, help and tests are made of the descriptions.

    `load` takes a spec's source, which is `default_source` where the spec names none.
    `specs` explains each form of spec, `about` says in a few words what the tagger of a source is.
    `packages` are the libraries that only loading may import, and `extra` installs them.
    `model_file` is the file that tells the backend's model folders, and `kernels` says whether the
    engine's compiled kernels answer.
    """

    name: str
    load: Loader
    default_source: str = ""
    specs: Mapping[str, str] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    packages: Sequence[str] = ()
    extra: str = ""
    model_file: str = ""
    kernels: bool = False

    def missing(self) -> MissingExtra | None:
        """Return the error of a library that is not installed, or `None`; imports nothing."""
        for package in self.packages if self.extra else ():  # a plugin says itself what it needs
            if find_spec(package) is None:
                return MissingExtra(f"{self.name} (no {package})", self.extra)
        return None


def lazy(module: str) -> Loader:
    """Return a loader that imports `module`, and so its libraries, only when it is called."""

    def load(source: str) -> Tagger:
        tagger: Tagger = import_module(module).load(source)
        return tagger

    return load
