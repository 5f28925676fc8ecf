"""A backend is a family of taggers: its name, what it needs, and how one of it is loaded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

from ner_service.errors import MissingExtra
from ner_service.taggers.specs import parse_combination, split_rules
from ner_service.types import Tagger

Loader = Callable[[str], Tagger]


@dataclass(frozen=True)
class Backend:
    """A backend describes itself here; tables, help and tests are made of the descriptions.

    `load` takes a spec's source, which is `default_source` where the spec names none.
    `specs` explains each form of spec, `about` says in a few words what the tagger of a source is.
    `packages` are the libraries that only loading may import, and `extra` installs them.
    `model_file` is the file that tells the backend's model folders, and `kernels` says whether the
    engine's compiled kernels answer. A backend that `needs_source` has no default, and one that
    `combines` has specs of other taggers in its source: as members, or behind its rules.
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
    needs_source: bool = False
    combines: Literal["", "members", "rules"] = ""

    def missing(self) -> MissingExtra | None:
        """Return the error of a library that is not installed, or `None`; imports nothing."""
        for package in self.packages if self.extra else ():  # a plugin says itself what it needs
            if find_spec(package) is None:
                return MissingExtra(f"{self.name} (no {package})", self.extra)
        return None

    def inner_specs(self, source: str) -> list[str]:
        """Return the specs inside a source; raises `UnknownTagger` where it is no combination."""
        if self.combines == "members":
            return [member.spec for member in parse_combination(source).members]
        behind = split_rules(source)[1] if self.combines == "rules" else ""
        return [behind] if behind else []


def lazy(module: str) -> Loader:
    """Return a loader that imports `module`, and so its libraries, only when it is called."""

    def load(source: str) -> Tagger:
        tagger: Tagger = import_module(module).load(source)
        return tagger

    return load
