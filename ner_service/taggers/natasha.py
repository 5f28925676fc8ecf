"""Natasha's news NER: slovnet's CNN-CRF over navec, with the weights of natasha's own wheel."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ner_service.digest import digest
from ner_service.labels import LABELS
from ner_service.text import PIECE_CHARS, Token, chunks, tokenize
from ner_service.types import Entity, MissingExtra, ModelError, TaggerInfo


class NatashaTagger:
    """Answers as `natasha.NewsNERTagger` does for each text alone, on natasha's own net."""

    def __init__(self, net: Any, info: TaggerInfo) -> None:
        self._infer = net.infer
        self.info = info

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [self._entities(text) for text in texts]

    def _entities(self, text: str) -> list[Entity]:
        found: list[Entity] = []
        for chunk in chunks(text, PIECE_CHARS):
            tokens = tokenize(text[chunk.start : chunk.end])
            if tokens:
                found += [e.shift(chunk.start) for e in entities(tokens, self._tags(tokens))]
        return found

    def _tags(self, tokens: Sequence[Token]) -> list[str]:
        inputs = self._infer.encoder([[token.text for token in tokens]])
        (tags,) = self._infer.decoder(self._infer.process(inputs))
        return list(tags)


def entities(tokens: Sequence[Token], tags: Sequence[str]) -> list[Entity]:
    """Reads entities off tags as slovnet does: `I-` prolongs whatever entity is open."""
    found: list[Entity] = []
    start = end = 0
    label = ""
    for token, tag in zip(tokens, tags, strict=True):
        if tag[0] == "I":
            end = token.end
            continue
        if label:
            found.append(Entity(start, end, label))
        start, end, label = token.start, token.end, tag[2:]
    if label:
        found.append(Entity(start, end, label))
    return found


def load(source: str) -> NatashaTagger:
    """Loads natasha's packaged news model; it has no other source."""
    if source:
        raise ModelError(f"natasha:{source}: natasha has one model, inside its wheel")
    try:
        from natasha import NewsEmbedding, NewsNERTagger
        from natasha.data import NEWS_EMBEDDING, NEWS_NER
    except ImportError as error:
        raise MissingExtra(f"natasha ({error})", "natasha") from error
    info = TaggerInfo(
        name="natasha",
        version=version("natasha"),
        languages=("ru",),
        labels=LABELS,
        score_kind="none",
        hash=digest(Path(NEWS_NER), Path(NEWS_EMBEDDING)),
    )
    return NatashaTagger(NewsNERTagger(NewsEmbedding()), info)
