"""The same corpus as careless hands and machines would pass it on, its entities carried along."""

import random
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate

from ner_service.benchmark.parts.quality import only, predict
from ner_service.benchmark.results import Robustness, Slice
from ner_service.benchmark.texts import Corpus
from ner_service.scoring.significance import counts, f1_of, interval
from ner_service.types import Document, Entity, Tagger

Edit = tuple[int, int, str]  # what stood from start to end becomes that string
Disturb = Callable[[str, random.Random], Iterable[Edit]]

WORD = re.compile(r"\w+")
PUNCTUATION = re.compile(r"(?<!\w)[^\w\s]+|[^\w\s]+(?!\w)")  # hyphens within words stay
LATIN = str.maketrans("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX")
KEYS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
NEIGHBOURS = {
    key: row[max(n - 1, 0) : n] + row[n + 1 : n + 2] for row in KEYS for n, key in enumerate(row)
}
COMPOSED = "йЙёЁ"
VOWELS = "аеёиоуыэюяАЕЁИОУЫЭЮЯ"
STRESS = "\u0301"
SOFT_HYPHEN = "\u00ad"
TYPO_SHARE = LATIN_SHARE = 0.15  # of the words


def _by_character(change: Callable[[str], str]) -> Disturb:
    def edits(text: str, chance: random.Random) -> Iterable[Edit]:
        return [(n, n + 1, change(c)) for n, c in enumerate(text) if change(c) != c]

    return edits


def _no_punctuation(text: str, chance: random.Random) -> Iterable[Edit]:
    return [(m.start(), m.end(), "") for m in PUNCTUATION.finditer(text)]


def _typos(text: str, chance: random.Random) -> Iterable[Edit]:
    """In some words: two letters swapped, one lost, doubled, or its neighbour on the keyboard."""
    for match in WORD.finditer(text):
        word = match.group()
        if len(word) > 3 and chance.random() < TYPO_SHARE:
            at = chance.randrange(1, len(word) - 1)
            letter, start = word[at], match.start() + at
            near = NEIGHBOURS.get(letter.lower(), letter)
            slips = (
                (start, start + 2, word[at + 1] + letter),
                (start, start + 1, ""),
                (start, start + 1, letter * 2),
                (start, start + 1, chance.choice(near)),
            )
            yield chance.choice(slips)


def _look_alikes(text: str, chance: random.Random) -> Iterable[Edit]:
    for match in WORD.finditer(text):
        latin = match.group().translate(LATIN)
        if latin != match.group() and chance.random() < LATIN_SHARE:
            yield match.start(), match.end(), latin


def _stress(text: str, chance: random.Random) -> Iterable[Edit]:
    """A stress mark on one vowel of each word that has two."""
    for match in WORD.finditer(text):
        vowels = [match.start() + n for n, c in enumerate(match.group()) if c in VOWELS]
        if len(vowels) > 1:
            at = chance.choice(vowels)
            yield at + 1, at + 1, STRESS


def _soft_hyphens(text: str, chance: random.Random) -> Iterable[Edit]:
    """In each long word a place to break it, as web pages have them."""
    for match in WORD.finditer(text):
        if len(match.group()) > 5:
            at = chance.randrange(match.start() + 2, match.end() - 1)
            yield at, at, SOFT_HYPHEN


SLICES: Mapping[str, Disturb] = {
    "as written": lambda text, chance: (),
    "lower case": _by_character(str.lower),
    "UPPER CASE": _by_character(str.upper),
    "no punctuation": _no_punctuation,
    "ё as е": _by_character(lambda c: {"ё": "е", "Ё": "Е"}.get(c, c)),
    "typos": _typos,
    "Latin look-alikes": _look_alikes,
    "stress marks": _stress,
    "soft hyphens": _soft_hyphens,
    "decomposed й, ё": _by_character(
        lambda c: unicodedata.normalize("NFD", c) if c in COMPOSED else c
    ),
    "one long line": _by_character(lambda c: " " if c == "\n" else c),
    "CRLF": _by_character(lambda c: "\r\n" if c == "\n" else c),
}
JOINED = "one long line"  # all documents become one


def disturbed(document: Document, edits: Iterable[Edit]) -> Document:
    """The edited text with its entities where they now stand; one that is edited away is lost."""
    text = document.text
    parts: list[str] = []
    moved = list(range(len(text) + 1))  # where each place of the text has moved to
    last = length = 0
    for start, end, new in sorted(edits):
        kept = text[last:start]
        for place in range(last, start):
            moved[place] = length + place - last
        length += len(kept)
        for place in range(start, end):
            moved[place] = length + min(place - start, len(new))
        parts += [kept, new]
        length, last = length + len(new), end
    for place in range(last, len(text) + 1):
        moved[place] = length + place - last
    parts.append(text[last:])
    new_text = "".join(parts)
    found = (
        _trimmed(replace(e, start=moved[e.start], end=moved[e.end]), new_text)
        for e in document.entities
    )
    return Document(document.id, new_text, tuple(e for e in found if e.end > e.start))


def _trimmed(entity: Entity, text: str) -> Entity:
    """An entity without the white space and combining marks that an edit left at its edges."""
    surface = text[entity.start : entity.end]
    start = entity.start + len(surface) - len(surface.lstrip())
    return replace(entity, start=start, end=start + len(surface.strip()))


def joined(documents: Sequence[Document]) -> Document:
    """All documents as one text, a space between them."""
    starts = accumulate((len(d.text) + 1 for d in documents), initial=0)
    shifted = [e.shift(at) for d, at in zip(documents, starts, strict=False) for e in d.entities]
    return Document("all", " ".join(d.text for d in documents), tuple(shifted))


def disturb(documents: Sequence[Document], name: str, seed: int) -> list[Document]:
    """A corpus under one disturbance, the same for every tagger."""
    chance = random.Random(f"{seed} {name}")
    changed = [disturbed(d, SLICES[name](d.text, chance)) for d in documents]
    return [joined(changed)] if name == JOINED else changed


def measure(
    corpus: Corpus, spec: str, tagger: Tagger, mapping: Mapping[str, str], seed: int
) -> Robustness:
    """A tagger's F1 under each disturbance, over the labels that it and the corpus share."""
    shared = corpus.labels & {mapping.get(label, label) for label in tagger.info.labels}
    return Robustness(
        corpus=corpus.name,
        ours=corpus.ours,
        tagger=spec,
        slices={
            name: _slice(disturb(corpus.documents, name, seed), tagger, mapping, shared, seed)
            for name in SLICES
        },
    )


def _slice(
    documents: Sequence[Document],
    tagger: Tagger,
    mapping: Mapping[str, str],
    labels: set[str],
    seed: int,
) -> Slice:
    gold, found = only(documents, predict(tagger, documents, mapping), labels)
    counted = counts(gold, found, labels)
    low, high = interval(counted, seed)
    return Slice(f1=float(f1_of(counted.sum(0))), low=low, high=high)
