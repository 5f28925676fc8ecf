"""The figures of the shipped taggers were measured by the benchmark, and stand in one file."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import orjson

FIGURES = files("ner_service.output").joinpath("measured.json")


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures say how good, how fast and how large a tagger is; `None` was not measured.

    `f1` is the strict F1 on the first corpus of the file, from 0 to 1. `tokens_per_s` is the
    speed on one core with one text a call, `disk_mb` the size of the weights.
    """

    f1: float | None = None
    tokens_per_s: int | None = None
    disk_mb: int | None = None


def figures_of(hash: str | None) -> Figures:
    """Return the figures of exactly these weights, all `None` where nobody measured them."""
    for begin, figures in _read()[1].items():
        if hash and hash.startswith(begin):
            return figures
    return Figures()


def figures_named(spec: str) -> Figures:
    """Return the figures that were measured of a spec, all `None` where nobody measured it."""
    return _by_name().get(spec, Figures())


def measured_corpus() -> str:
    """Return the name of the corpus on which `Figures.f1` was measured, empty if there is none."""
    return _read()[0]


@cache
def _by_name() -> dict[str, Figures]:
    names = [each["name"] for each in orjson.loads(FIGURES.read_bytes())["taggers"]]
    return dict(zip(names, _read()[1].values(), strict=True))


@cache
def _read() -> tuple[str, dict[str, Figures]]:
    """Return the name of the first corpus, and the figures by the beginning of a tagger's hash."""
    measured = orjson.loads(FIGURES.read_bytes())
    corpus = measured["corpora"][0]["name"] if measured["corpora"] else ""
    return corpus, {
        each["hash"]: Figures(
            each["f1"].get(corpus, {}).get("micro"), each["tokens_per_s"], each["disk_mb"]
        )
        for each in measured["taggers"]
    }
