"""A reader feeds texts to a net in units of words, some thousand tokens at a time."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from ner_service.batching import gather
from ner_service.engine.tokens import TokenBounds, Tokens
from ner_service.engine.trimming import take_in_brackets, trim_spans
from ner_service.types import Entity

BATCH_TOKENS = 8192  # tokens that go to the net together; bounds the memory in use


class Net(Protocol):
    """A net finds spans in units of words: first token, end, label, and a score if it has one."""

    def tag(self, units: Sequence[Sequence[str]]) -> Sequence[Sequence[tuple[Any, ...]]]: ...


Unit = Tokens | TokenBounds  # what a net reads by itself


class Reader:
    """A reader cuts texts for a net, and turns its spans of tokens into entities.

    A net of ours is `trimmed`: marks of a sentence at the end of a span are none of the name.
    """

    def __init__(
        self, cut: Callable[[str], Iterator[Unit]], net: Net, trimmed: bool = False
    ) -> None:
        self._cut, self._net, self._trimmed = cut, net, trimmed
        self.tokenise_s = 0.0  # seconds spent on cutting

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        entities: list[list[Entity]] = [[] for _ in texts]
        for batch in self._batches(texts):
            spans = self._net.tag([unit.words for _, unit in batch])
            for (n, unit), inside in zip(batch, spans, strict=True):
                if inside and self._trimmed:
                    inside = trim_spans(texts[n], unit, inside)
                entities[n] += [
                    Entity(int(unit.starts[start]), int(unit.ends[end - 1]), *rest)
                    for start, end, *rest in inside
                ]
        if self._trimmed:
            for n, text in enumerate(texts):
                if "[" in text:
                    entities[n] = take_in_brackets(text, entities[n])
        return entities

    def _batches(self, texts: Sequence[str]) -> Iterator[list[tuple[int, Unit]]]:
        """Return batches of units, each unit with the number of its text."""
        numbered = (
            (n, unit) for n, text in enumerate(texts) for unit in self._clock(self._cut(text))
        )
        return gather(numbered, lambda each: len(each[1].words), BATCH_TOKENS)

    def _clock(self, units: Iterator[Unit]) -> Iterator[Unit]:
        while True:
            started = time.perf_counter()
            unit = next(units, None)
            self.tokenise_s += time.perf_counter() - started
            if unit is None:
                return
            yield unit
