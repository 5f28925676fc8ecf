"""Texts in units of words, some thousand tokens at a time, for nets that read such units."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from ner_service.engine.tokens import Tokens
from ner_service.types import Entity

SLICE = 8192  # tokens that go to the net together; bounds what is held at once


class Net(Protocol):
    """Finds entities in units of words, each read alone: first token, end, label, any score."""

    def tag(self, units: Sequence[Sequence[str]]) -> Sequence[Sequence[tuple[Any, ...]]]: ...


class Reader:
    """Cuts texts for a net, and turns the spans of tokens that it finds into entities."""

    def __init__(self, cut: Callable[[str], Iterator[Tokens]], net: Net) -> None:
        self._cut, self._net = cut, net
        self.tokenise_s = 0.0  # spent on cutting

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        found: list[list[Entity]] = [[] for _ in texts]
        for some in self._slices(texts):
            spans = self._net.tag([unit.words for _, unit in some])
            for (n, unit), inside in zip(some, spans, strict=True):
                found[n] += [
                    Entity(unit.starts[start], unit.ends[end - 1], *rest)
                    for start, end, *rest in inside
                ]
        return found

    def _slices(self, texts: Sequence[str]) -> Iterator[list[tuple[int, Tokens]]]:
        """Units with the numbers of their texts."""
        some: list[tuple[int, Tokens]] = []
        tokens = 0
        for n, text in enumerate(texts):
            for unit in self._timed(self._cut(text)):
                some.append((n, unit))
                tokens += len(unit.words)
                if tokens >= SLICE:
                    yield some
                    some, tokens = [], 0
        if some:
            yield some

    def _timed(self, units: Iterator[Tokens]) -> Iterator[Tokens]:
        while True:
            started = time.perf_counter()
            unit = next(units, None)
            self.tokenise_s += time.perf_counter() - started
            if unit is None:
                return
            yield unit
