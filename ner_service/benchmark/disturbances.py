"""Disturbances change a corpus as careless hands and machines do, and carry its entities along."""

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from unicodedata import normalize

from ner_service.types import Document, Entity

Edit = tuple[int, int, str]  # the text from start to end becomes that string
Slips = Callable[[str, random.Random], Iterable[Edit]]
Disturbance = Callable[[Document, random.Random], Document]

WORD = re.compile(r"\w+")
PUNCTUATION = re.compile(r"(?<!\w)[^\w\s]+|[^\w\s]+(?!\w)")  # hyphens within words stay
LATIN = str.maketrans("аеорсухАВЕКМНОРСТХ", "aeopcyxABEKMHOPCTX")
KEYS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
NEIGHBOURS = {
    key: row[max(n - 1, 0) : n] + row[n + 1 : n + 2] for row in KEYS for n, key in enumerate(row)
}
VOWELS = "аеёиоуыэюяАЕЁИОУЫЭЮЯ"
STRESS = "\u0301"
SOFT_HYPHEN = "\u00ad"
TYPO_SHARE = LATIN_SHARE = 0.15  # of the words
HYPHEN = re.compile(r"(?<=\w)-(?=\w)")
ODD_HYPHENS = "\u2010\u2011\u2012\u2212"  # the typographic, Word's that never breaks, two more
EMOJI = ("😊", "❤️", "👍🏽", "🇷🇺", "👨‍👩‍👧", "⚽")
BULLETS = ("•", "●", "▪", "‣", "\uf0b7")  # the last is Word's, in the private use area
ARROWS = ("→", "⇒", "➡️", "►")
EMPHASIS = ("_", "*", "**", "__", "~~", "`")  # of Markdown


def _by_edits(slips: Slips) -> Disturbance:
    return lambda document, rng: edit(document, slips(document.text, rng))


def _by_character(change: Callable[[str], str]) -> Disturbance:
    return _by_edits(
        lambda text, rng: [(n, n + 1, change(c)) for n, c in enumerate(text) if change(c) != c]
    )


def _typos(text: str, rng: random.Random) -> Iterable[Edit]:
    """Yield slips in some words: two letters swapped, one lost, doubled, or hit beside its key."""
    for match in WORD.finditer(text):
        word = match.group()
        if len(word) > 3 and rng.random() < TYPO_SHARE:
            at = rng.randrange(1, len(word) - 1)
            letter, start = word[at], match.start() + at
            near = NEIGHBOURS.get(letter.lower(), letter)
            slips = (
                (start, start + 2, word[at + 1] + letter),
                (start, start + 1, ""),
                (start, start + 1, letter * 2),
                (start, start + 1, rng.choice(near)),
            )
            yield rng.choice(slips)


def _look_alikes(text: str, rng: random.Random) -> Iterable[Edit]:
    for match in WORD.finditer(text):
        latin = match.group().translate(LATIN)
        if latin != match.group() and rng.random() < LATIN_SHARE:
            yield match.start(), match.end(), latin


def _stress(text: str, rng: random.Random) -> Iterable[Edit]:
    """Yield a stress mark on one vowel of each word that has two."""
    for match in WORD.finditer(text):
        vowels = [match.start() + n for n, c in enumerate(match.group()) if c in VOWELS]
        if len(vowels) > 1:
            at = rng.choice(vowels)
            yield at + 1, at + 1, STRESS


def _soft_hyphens(text: str, rng: random.Random) -> Iterable[Edit]:
    """Yield a soft hyphen in each word of six letters or more, as web pages have them."""
    for match in WORD.finditer(text):
        if len(match.group()) > 5:
            at = rng.randrange(match.start() + 2, match.end() - 1)
            yield at, at, SOFT_HYPHEN


def _odd_hyphens(text: str, rng: random.Random) -> Iterable[Edit]:
    for match in HYPHEN.finditer(text):
        yield *match.span(), rng.choice(ODD_HYPHENS)


def _with_signs(choose: Callable[[random.Random], tuple[str, str]]) -> Disturbance:
    """Return the disturbance that puts a sign before each name, one behind it, or both."""
    return lambda document, rng: surround(document, [choose(rng) for _ in document.entities])


def _on_one_side(signs: Sequence[str]) -> Disturbance:
    return _with_signs(lambda rng: rng.choice([(sign := rng.choice(signs), ""), ("", sign)]))


def _before(signs: Sequence[str]) -> Disturbance:
    return _with_signs(lambda rng: (rng.choice(signs), ""))


def _around(signs: Sequence[str]) -> Disturbance:
    return _with_signs(lambda rng: (sign := rng.choice(signs), sign))


WRITING: Mapping[str, Disturbance] = {
    "as written": lambda document, rng: document,
    "lower case": _by_character(str.lower),
    "UPPER CASE": _by_character(str.upper),
    "no punctuation": _by_edits(
        lambda text, rng: [(*m.span(), "") for m in PUNCTUATION.finditer(text)]
    ),
    "ё as е": _by_character(lambda c: {"ё": "е", "Ё": "Е"}.get(c, c)),
    "typos": _by_edits(_typos),
    "Latin look-alikes": _by_edits(_look_alikes),
    "stress marks": _by_edits(_stress),
    "soft hyphens": _by_edits(_soft_hyphens),
    "decomposed й, ё": _by_character(lambda c: normalize("NFD", c) if c in "йЙёЁ" else c),
    "one long line": _by_character(lambda c: " " if c == "\n" else c),
    "CRLF": _by_character(lambda c: "\r\n" if c == "\n" else c),
}
SIGNS: Mapping[str, Disturbance] = {
    "emoji at names": _on_one_side(EMOJI),
    "bullets at names": _before(BULLETS),
    "arrows at names": _on_one_side(ARROWS),
    "Markdown at names": _around(EMPHASIS),
    "odd hyphens": _by_edits(_odd_hyphens),
}
DISTURBANCES: Mapping[str, Disturbance] = {**WRITING, **SIGNS}
JOINED = "one long line"  # all documents become one


def edit(document: Document, edits: Iterable[Edit]) -> Document:
    """Return the edited text with its entities moved; an entity that is edited away is lost."""
    text = document.text
    pieces: list[str] = []
    moved: list[int] = []  # where each place of the text has moved to
    last = length = 0
    for start, end, new in [*sorted(edits), (len(text), len(text), "")]:
        kept = text[last:start]
        moved += range(length, length + len(kept))
        length += len(kept)
        moved += (length + min(n, len(new)) for n in range(end - start))
        length, last = length + len(new), end
        pieces += [kept, new]
    moved.append(length)
    new_text = "".join(pieces)
    entities = (
        _trim(replace(e, start=moved[e.start], end=moved[e.end]), new_text)
        for e in document.entities
    )
    return Document(document.id, new_text, tuple(e for e in entities if e.end > e.start))


def surround(document: Document, signs: Sequence[tuple[str, str]]) -> Document:
    """Return the text with a sign before and one behind each entity, glued to it."""
    pieces: list[str] = []
    entities: list[Entity] = []
    last = length = 0
    for entity, (before, behind) in zip(document.entities, signs, strict=True):
        surface = document.text[entity.start : entity.end]
        lead = document.text[last : entity.start] + before
        start = length + len(lead)
        entities.append(replace(entity, start=start, end=start + len(surface)))
        pieces += [lead, surface, behind]
        length, last = start + len(surface) + len(behind), entity.end
    return Document(document.id, "".join([*pieces, document.text[last:]]), tuple(entities))


def _trim(entity: Entity, text: str) -> Entity:
    """Return an entity without the white space that an edit left at its edges."""
    surface = text[entity.start : entity.end]
    start = entity.start + len(surface) - len(surface.lstrip())
    return replace(entity, start=start, end=start + len(surface.strip()))


def join(documents: Sequence[Document]) -> Document:
    """Return all documents as one text, a space between them."""
    starts = accumulate((len(d.text) + 1 for d in documents), initial=0)
    shifted = [e.shift(at) for d, at in zip(documents, starts, strict=False) for e in d.entities]
    return Document("all", " ".join(d.text for d in documents), tuple(shifted))


def disturb(documents: Sequence[Document], name: str, seed: int) -> list[Document]:
    """Return a corpus under one disturbance, the same for every tagger."""
    rng = random.Random(f"{seed} {name}")
    changed = [DISTURBANCES[name](document, rng) for document in documents]
    return [join(changed)] if name == JOINED else changed
