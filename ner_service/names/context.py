"""The context of a name is what its sentence tells about the grammar of the name's words."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ner_service.engine.slovnet_morph import MorphEngine
from ner_service.engine.tokens import Tokens, units
from ner_service.names.slots import CASES, SLOTS, slots_of
from ner_service.names.types import Gender, Number
from ner_service.names.words import EntityWords, Floats, Place, Word
from ner_service.nets.navec import load_navec
from ner_service.text.old_print import HARD_SIGNS
from ner_service.types import Entity

DOUBT = 0.003  # the probability that is left to what the net rules out
GENDERS: dict[str, tuple[Gender, ...]] = {"Masc": ("Masc",), "Fem": ("Fem",), "Neut": ("Neut",)}


class Piece(NamedTuple):
    """A token of a sentence, or the part of it that lies in an entity; `entity` and `token` count.

    The bounds are those in the text.
    """

    entity: int
    token: int
    start: int
    end: int
    text: str


class ContextReader:
    """Reads the words of names in their sentences, by slovnet's net for morphology."""

    def __init__(self, engine: MorphEngine) -> None:
        self._engine = engine
        columns = np.zeros((len(engine.tags), len(SLOTS) + 1), dtype=np.float32)
        for tag, row in zip(engine.tags, columns, strict=True):
            row[list(_slots_of_tag(tag))] = 1
            row[-1] = tag.startswith(("ADJ", "DET")) or "VerbForm=Part" in tag
        self._columns = columns  # tags x (slots and adjectives)

    def cut(self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]) -> EntityWords:
        """Cut the words of entities out of their sentences."""
        names: list[list[Word]] = []
        places: list[list[Place]] = []
        sentences: list[Sequence[str]] = []
        for text, inside in zip(texts, entities, strict=True):
            first = len(names)
            names += ([] for _ in inside)
            places += ([] for _ in inside)
            for unit in units(text, 1) if inside else ():
                for entity, token, start, end, part in _pieces(text, unit, inside):
                    names[first + entity].append(Word(start, end, part, part.lower()))
                    places[first + entity].append((len(sentences), token))
                sentences.append(unit.words)
        return EntityWords(names, places, sentences)

    def read(self, cut: EntityWords, wanted: Sequence[Sequence[int]]) -> None:
        """Put the grammar of the wanted words of each entity into the words."""
        chosen = [
            [(words, n, places[n]) for n in some]
            for words, places, some in zip(cut.names, cut.places, wanted, strict=True)
        ]
        tokens: list[set[int]] = [set() for _ in cut.sentences]
        for _, _, (sentence, token) in chain(*chosen):
            tokens[sentence].add(token)
        if not any(tokens):
            return
        at = [sorted(some) for some in tokens]
        rows = self._grammar(cut.sentences, at)
        grammar = {(n, token): next(rows) for n, some in enumerate(at) for token in some}
        for words, n, place in chain(*chosen):
            words[n] = Word(*words[n][:4], *grammar[place])

    def _grammar(
        self, sentences: Sequence[Sequence[str]], wanted: Sequence[Sequence[int]]
    ) -> Iterator[tuple[Floats, float]]:
        """Yield log probabilities of slots, and the probability of an adjective, for each word.

        A tag without a gender counts for each.
        """
        for scores in self._engine.parts(sentences, wanted):
            odds: Floats = np.exp(scores - scores.max(1, keepdims=True))
            chances: Floats = odds @ self._columns / odds.sum(1, keepdims=True)
            slots = np.log(chances[:, :-1] + np.float32(DOUBT))
            yield from zip(slots, chances[:, -1].tolist(), strict=True)


def load_context_reader() -> ContextReader:
    """Load the net in natasha's wheel."""
    from natasha.data import NEWS_EMBEDDING, NEWS_MORPH

    return ContextReader(MorphEngine(Path(NEWS_MORPH), load_navec(Path(NEWS_EMBEDDING))))


def _pieces(source: str, unit: Tokens, entities: Sequence[Entity]) -> Iterator[Piece]:
    """Yield what entities, in order, have of the tokens of a unit of the source.

    A last hard sign belongs to the name, as in `Коммерсантъ`, though nets do not read it.
    """
    n = bisect_right(entities, unit.starts[0], key=_end)
    while n < len(entities) and entities[n].start < unit.ends[-1]:
        entity = entities[n]
        token = bisect_right(unit.ends, entity.start)
        while token < len(unit.starts) and unit.starts[token] < entity.end:
            start, end, text = unit.starts[token], unit.ends[token], unit.words[token]
            if source[end - 1] in HARD_SIGNS and text[-1] not in HARD_SIGNS:
                text += source[end - 1]
            if start < entity.start or end > entity.end:
                text = text[max(entity.start - start, 0) : entity.end - start]
                start, end = max(start, entity.start), min(end, entity.end)
            if text:
                yield Piece(n, token, start, end, text)
            token += 1
        n += 1


def _end(entity: Entity) -> int:
    return entity.end


def _slots_of_tag(tag: str) -> tuple[int, ...]:
    features = dict(feature.split("=") for feature in tag.split("|")[1:])
    case = next((case for case in CASES if case == features.get("Case")), None)
    if case is None:
        return ()
    number: Number = "Plur" if features.get("Number") == "Plur" else "Sing"
    return slots_of((case,), GENDERS.get(features.get("Gender", ""), ()), number)
