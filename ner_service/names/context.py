"""The context of a name is what its sentence shows about the grammar of the name's words."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ner_service.engine.layers import Dense
from ner_service.engine.slovnet_morph import MorphEngine
from ner_service.engine.tokens import sentences as cut_sentences
from ner_service.names.slots import CASES, SLOTS, Slot, slots_of
from ner_service.names.types import Gender, Number
from ner_service.names.words import EntityWords, Floats, Place, Word
from ner_service.nets.natasha_files import natasha_data
from ner_service.nets.navec import load_navec
from ner_service.text.old_print import HARD_SIGNS
from ner_service.types import Entity

DOUBT = 0.003  # the probability that is left to what the net rules out
TWIN = 0.2  # how far a masculine counts as a neuter, whose forms are the same in most cases
TWINS = {
    n: SLOTS.index(Slot(slot.case, "Neut" if slot.gender == "Masc" else "Masc"))
    for n, slot in enumerate(SLOTS)
    if slot.gender in ("Masc", "Neut") and slot.case not in ("Nom", "Acc")
}
OTHER_GENDER = 0.03  # how far a masculine counts as a feminine, and the other way round
CROSS = {
    n: SLOTS.index(Slot(slot.case, "Fem" if slot.gender == "Masc" else "Masc"))
    for n, slot in enumerate(SLOTS)
    if slot.gender in ("Masc", "Fem")
}
GENDERS: dict[str, tuple[Gender, ...]] = {"Masc": ("Masc",), "Fem": ("Fem",), "Neut": ("Neut",)}


class ContextReader:
    """Reads the words of names in their sentences, by slovnet's net for morphology."""

    def __init__(self, engine: MorphEngine) -> None:
        self._engine = engine
        columns = np.zeros((len(engine.tags), len(SLOTS) + 1), dtype=np.float32)
        for tag, row in zip(engine.tags, columns, strict=True):
            slots = _slots_of_tag(tag)
            row[[CROSS[n] for n in slots if n in CROSS]] = OTHER_GENDER
            row[[TWINS[n] for n in slots if n in TWINS]] = TWIN
            row[list(slots)] = 1
            row[-1] = tag.startswith(("ADJ", "DET")) or "VerbForm=Part" in tag
        no_bias = np.zeros(columns.shape[1], dtype=np.float32)
        self._sum = Dense(columns, no_bias)  # tags x (slots and adjectives)

    def cut(self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]) -> EntityWords:
        """Cut the words of entities out of their sentences."""
        names: list[list[Word]] = []
        places: list[list[Place]] = []
        sentences: list[list[str]] = []
        for text, inside in zip(texts, entities, strict=True):
            if inside:
                _cut_text(text, inside, names, places, sentences)
        return EntityWords(names, places, sentences)

    def read(self, cut: EntityWords, wanted: Sequence[Sequence[int]]) -> None:
        """Put the grammar of the wanted words of each entity, which rise, into the words."""
        tokens: list[list[int]] = [[] for _ in cut.sentences]
        rows: list[int] = []
        row = -1
        for places, some in zip(cut.places, wanted, strict=True):
            for n in some:
                sentence, token = places[n]
                if token not in tokens[sentence][-1:]:  # else two names share a token
                    tokens[sentence].append(token)
                    row += 1
                rows.append(row)
        if not rows:
            return
        slots, adjectives = self._grammar(cut.sentences, tokens)
        at = iter(rows)
        for words, some in zip(cut.names, wanted, strict=True):
            for n in some:
                row = next(at)
                start, end, text, lower, *_ = words[n]
                words[n] = Word(start, end, text, lower, slots[row], adjectives[row])

    def _grammar(
        self, sentences: Sequence[Sequence[str]], wanted: Sequence[Sequence[int]]
    ) -> tuple[list[Floats], list[float]]:
        """Return log probabilities of slots, and the probability of an adjective, for each word.

        A tag without a gender counts for each.
        """
        slots: list[Floats] = []
        adjectives: list[float] = []
        for scores in self._engine.parts(sentences, wanted):
            odds: Floats = np.exp(scores - scores.max(1, keepdims=True))
            # BLAS would wake a thread, which spins on for longer than this takes
            chances: Floats = self._sum(odds) / odds.sum(1, keepdims=True)
            slots.extend(np.log(chances[:, : len(SLOTS)] + np.float32(DOUBT)))
            adjectives += chances[:, len(SLOTS)].tolist()
        return slots, adjectives


def load_context_reader() -> ContextReader:
    """Load the net in natasha's wheel."""
    data = natasha_data()
    navec = load_navec(Path(data.NEWS_EMBEDDING))
    return ContextReader(MorphEngine(Path(data.NEWS_MORPH), navec))


def _cut_text(
    text: str,
    entities: Sequence[Entity],
    names: list[list[Word]],
    places: list[list[Place]],
    sentences: list[list[str]],
) -> None:
    """Add the words of a text's entities, which are in order, and the sentences that hold them.

    A last hard sign belongs to the name, as in `Коммерсантъ`, though nets do not read it.
    """
    tokens, sentence_ends = cut_sentences(text)
    starts, ends, texts, _ = tokens
    first = end = 0  # of the sentence that was added last
    for entity in entities:
        words: list[Word] = []
        where: list[Place] = []
        for token in range(bisect_right(ends, entity.start), bisect_left(starts, entity.end)):
            if token >= end:
                sentence = bisect_right(sentence_ends, token)
                first = sentence_ends[sentence - 1] if sentence else 0
                end = sentence_ends[sentence]
                sentences.append(texts[first:end])
            word, start, stop = texts[token], starts[token], ends[token]
            if text[stop - 1] in HARD_SIGNS and word[-1] not in HARD_SIGNS:
                word += text[stop - 1]
            if start < entity.start or stop > entity.end:
                word = word[max(entity.start - start, 0) : entity.end - start]
                start, stop = max(start, entity.start), min(stop, entity.end)
            if word:
                words.append(Word(start, stop, word, word.lower()))
                where.append((len(sentences) - 1, token - first))
        if len(words) > 1:
            is_inside = token + 1 < end and texts[token + 1][0].isalpha()
            first += _drop_initials(words, where, sentences[-1], is_inside)
        names.append(words)
        places.append(where)


def _drop_initials(
    words: Sequence[Word], places: list[Place], sentence: list[str], is_inside: bool
) -> int:
    """Drop the initials beside a last name from its sentence, and return how many tokens.

    The net reads no farther than three words, so they would hide the verb (`Смирнова Т. П. ушла`).
    Those behind the last name are dropped only where its sentence goes on by a word.
    """
    marks = [word.text == "." or _is_letter(word) for word in words]
    (number, at), (last_number, last) = places[0], places[-1]
    is_whole = number == last_number and last - at == len(words) - 1
    if all(marks) or not any(map(_is_letter, words)) or not is_whole:
        return 0
    start = marks.index(False)
    stop = len(marks) - marks[::-1].index(False) if is_inside else len(marks)
    sentence[at : last + 1] = sentence[at + start : at + stop]
    places[:] = [(number, at + min(max(n, start), stop - 1) - start) for n in range(len(words))]
    return len(words) - (stop - start)


def _is_letter(word: Word) -> bool:
    return len(word.text) == 1 and word.text.isupper()


def _slots_of_tag(tag: str) -> tuple[int, ...]:
    features = dict(feature.split("=") for feature in tag.split("|")[1:])
    case = next((case for case in CASES if case == features.get("Case")), None)
    if case is None:
        return ()
    number: Number = "Plur" if features.get("Number") == "Plur" else "Sing"
    return slots_of((case,), GENDERS.get(features.get("Gender", ""), ()), number)
