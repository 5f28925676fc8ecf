"""Stand-ins are found in a changed text: placeholders in any form, surrogates in any case."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from ner_service.names.masking.key import Key, KeyMismatch, KeyName
from ner_service.names.masking.persons import PersonName, Role
from ner_service.names.masking.phrases import Phrase
from ner_service.names.masking.placeholders import MOST_OWN, find_placeholders, plain_label
from ner_service.names.masking.surrogates import fold
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case

WORD = re.compile(r"\w+")
BETWEEN = re.compile(r"\W{1,4}")  # the words of one name
NUMBER = re.compile(r"_(\d+)>$")
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StandInForm:
    """A form of a stand-in is one of a name, in a case; `roles` are those of a person's parts."""

    name: int
    case: Case | None = None
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A stand-in was found at a span of a text; `forms` are all that it may be, of one name.

    `mask` is a surrogate as it stands there, in lower case; it is empty for a placeholder.
    """

    start: int
    end: int
    forms: tuple[StandInForm, ...]
    mask: Words = ()

    @property
    def name(self) -> int:
        """Return the number of the name."""
        return self.forms[0].name


def is_placeholder(name: KeyName) -> bool:
    """Return whether a name was replaced by a placeholder rather than by a surrogate."""
    return NUMBER.search(name["mask"]) is not None


def find_labels(text: str, key: Key) -> Iterator[Found]:
    """Yield the placeholders of a key; raises `KeyMismatch` on one of another text.

    Those that the text had before it was masked are left alone.
    """
    names = {
        (plain_label(name["label"]), int(match[1])): n
        for n, name in enumerate(key.names)
        if (match := NUMBER.search(name["mask"]))
    }
    quoted = {place for place, n in names.items() if key.names[n]["quoted"]}
    own = {item["label"]: item["number"] for item in key.own}
    for placeholder in find_placeholders(text, own, quoted):
        place = placeholder.label, placeholder.number
        if place in names:
            form = StandInForm(names[place], placeholder.case)
            yield Found(placeholder.start, placeholder.end, (form,))
        elif own.get(placeholder.label, MOST_OWN) < placeholder.number < MOST_OWN:
            raise KeyMismatch(
                f"key: belongs to another text: it has no {placeholder.label}_"
                f"{placeholder.number}; send the key that was made with this text"
            )


def find_surrogates(text: str, key: Key, morphology: Morphology) -> Iterator[Found]:
    """Yield the surrogates of a key in a text, the longest at each place."""
    forms = surrogate_forms(key, morphology)
    by_first: dict[str, list[Words]] = {}
    for words in sorted(forms, key=len, reverse=True):
        by_first.setdefault(words[0], []).append(words)
    matches = list(WORD.finditer(text)) if forms else []
    n = 0
    while n < len(matches):
        fitting = [
            w for w in by_first.get(fold(matches[n][0]), ()) if _stand_at(text, matches, n, w)
        ]
        if fitting:
            last = matches[n + len(fitting[0]) - 1]
            yield Found(matches[n].start(), last.end(), tuple(forms[fitting[0]]), fitting[0])
        n += len(fitting[0]) if fitting else 1


def surrogate_forms(key: Key, morphology: Morphology) -> dict[Words, list[StandInForm]]:
    """Return every form of every surrogate by its words in lower case.

    A form that two names share is left out, for it would not tell which of them is meant.
    """
    forms: dict[Words, list[StandInForm]] = {}
    for n, name in enumerate(key.names):
        if is_placeholder(name):
            continue
        if name["mask_parts"]:
            first, middle, last = name["mask_parts"]
            gender, number = name["gender"] or "Masc", name["number"] or "Sing"
            person = PersonName(first, middle, last, gender, number)
            for form, roles, case in person.forms(morphology):
                forms.setdefault(split_words(form), []).append(StandInForm(n, case, roles))
        else:
            for form, case in Phrase(name["mask"], name["number"]).forms(morphology):
                forms.setdefault(split_words(form), []).append(StandInForm(n, case))
    for mention in key.mentions:
        if mention["mask"]:
            words = split_words(mention["mask"])
            forms.setdefault(words, []).append(StandInForm(mention["name"], mention["case"]))
    return {w: fs for w, fs in forms.items() if w and len({form.name for form in fs}) == 1}


def split_words(form: str) -> Words:
    """Return the words of a form as they are compared."""
    return tuple(fold(word) for word in WORD.findall(form))


def drop_overlaps(found: Iterable[Found]) -> Iterator[Found]:
    """Yield what was found in the order of the text, without what begins inside another one."""
    end = 0
    for item in sorted(found, key=lambda f: (f.start, -f.end)):
        if item.start >= end:
            yield item
            end = item.end


def _stand_at(text: str, matches: list[re.Match[str]], n: int, words: Words) -> bool:
    """Return whether words follow each other in the text from match number `n` on."""
    here = matches[n : n + len(words)]
    return tuple(fold(m[0]) for m in here) == words and all(
        BETWEEN.fullmatch(text, a.end(), b.start()) for a, b in pairwise(here)
    )
