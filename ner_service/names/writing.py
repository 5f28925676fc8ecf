"""A base form is written as its text writes names: in capitals, with ё or without, in quotes."""

import re
from collections.abc import Sequence

from ner_service.names.capitals import copy_capitals
from ner_service.names.endings import strip_endings, strip_glued_ending
from ner_service.names.normal_form import Solution
from ner_service.names.phrases import Phrase
from ner_service.names.quotes import QUOTES
from ner_service.names.words import Word
from ner_service.text.spelling import NO_HIDDEN
from ner_service.types import Entity

ORDINAL = re.compile(r"(\d+-)(?:[оыи]?й|[ао]?я|[уо]?ю|[ое]?е|[ое]?го|[ое]?му|[оы]?м|[ыи](?:х|ми))")
ORDINAL_ENDINGS = {"Masc": "й", "Fem": "я", "Neut": "е", None: "е"}  # `2-й городской больницы`
NEIGHBOURS = re.compile("[әғқңөұүһҙҫҡҗҳҷӣӯїєґўѓќџљњћђ]")  # of languages that spell і and ј, too
BLANKS = re.compile(r"(?:\s|&nbsp;|&#160;)+")
PAIRS = QUOTES | {"‹": "›", "(": ")"}
QUOTE = re.compile(f"[{''.join({*PAIRS, *PAIRS.values()})}]")


def write_words(text: str, phrase: Phrase, solution: Solution | None, with_yo: bool) -> list[str]:
    """Return the base form of each word of a phrase; `with_yo` says whether the text has ё.

    It is empty for an ending behind a Latin name.
    """
    bases = solution.bases if solution else (None,) * len(phrase.words)
    pairs = zip(phrase.words, bases, strict=True)
    words = [
        _spell(text, word)
        if base is None or base == word.lower
        else _decline(text, word, base if with_yo else base.replace("ё", "е"))
        for word, base in pairs
    ]
    before = phrase.declined[0] - 1 if solution else -1
    if solution and before >= 0 and (match := ORDINAL.fullmatch(words[before])):
        words[before] = match[1] + ORDINAL_ENDINGS[solution.slot.gender]
    end = 1 + max(phrase.declined) if phrase.declined else len(words)  # of the head: tails stay
    glued = _glued(phrase.words[:end]) if end > 1 else ()
    return strip_endings(words[:end], glued) + words[end:]


def _decline(text: str, word: Word, base: str) -> str:
    """Return a base form with the capitals of its word."""
    latin = strip_glued_ending(text[word.start : word.end]) if word.text[:2].isupper() else None
    return latin or copy_capitals(word.text, base)


def _glued(words: Sequence[Word]) -> list[int]:
    """Return the places of words that follow the letters of another one at once: `Google` `ом`."""
    return [n for n in range(1, len(words)) if words[n].start == words[n - 1].end]


def _spell(text: str, word: Word) -> str:
    """Return a word as nets read it, but one of a language with letters of its own as it is.

    So is a mark, such as a quote of another form. Latin capitals lose a Russian ending.
    """
    written = text[word.start : word.end]
    if written == word.text or len(written) != len(word.text):
        return word.text
    if not any(map(str.isalnum, written)):
        return written
    if latin := strip_glued_ending(written):
        return latin
    return written if NEIGHBOURS.search(written.lower()) else word.text


def join_words(text: str, entity: Entity, phrase: Phrase, words: list[str]) -> str | None:
    """Return the base form of an entity: its words, with what stands between them in the text.

    White space, of a line that was broken, say, is one space; what has no width is nothing.
    Returns `None` where the entity has no letter and no digit.
    """
    name, at = "", entity.start
    for word, base in zip(phrase.words, words, strict=True):
        between = text[at : word.start]
        name += (between if between in ("", " ") else BLANKS.sub(" ", between)) + base
        at = word.end
    name += BLANKS.sub(" ", text[at : entity.end])
    if not name.isprintable():  # it has characters without width, perhaps with blanks around
        name = BLANKS.sub(" ", name.translate(NO_HIDDEN))
    name = _strip_quotes(name)
    return name if any(map(str.isalnum, name)) else None


def _strip_quotes(name: str) -> str:
    """Return a name without a quote or bracket at its edge whose other half is not in it."""
    if QUOTE.search(name):
        for left, right in PAIRS.items():
            if left in "“„" and (left == "„") != ("„" in name):  # behind `„` it closes
                continue
            count = name.count(left) + (name.count(right) if left != right else 0)
            name = name.strip(left + right) if count == 1 else name
    return name.strip()
