"""Stand-ins are found in a changed text: placeholders in any form, surrogates in any case."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ner_service.names.lists import fold
from ner_service.names.masking.key import Key, KeyMismatch, KeyName
from ner_service.names.masking.persons import PersonName, Role
from ner_service.names.masking.phrases import Phrase, is_quoted
from ner_service.names.masking.placeholders import MOST_OWN, find_placeholders, plain_label
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case

WORD = re.compile(r"\w+")
BETWEEN = re.compile(r"\W{1,4}")  # the words of one name
HEAD = re.compile(r"^[+(]+")  # of a number
TAIL = re.compile(r"[.»]+$")  # of an initial, or of an organisation
STEM_CHARS = 3  # that a stem has at least, and an ending at most
NUMBER = re.compile(r"_(\d+)>$")
Words = tuple[str, ...]


class Tree(dict[str, "Tree"]):
    """A tree of words; one without words ends a form."""


NOWHERE = Tree()


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a stand-in is one of a name, in a case; `roles` are those of a person's parts.

    `tail` is what stands behind its last word, such as the full stop of an initial, and `head`
    what stands before its first one, such as the plus of a number.
    """

    name: int
    case: Case | None = None
    roles: tuple[Role, ...] = ()
    tail: str = ""
    head: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A stand-in was found at a span of a text; `forms` are all that it may be, of one name.

    `mask` is a surrogate as it stands there, in lower case; it is empty for a placeholder.
    `ending` is what somebody has written behind a placeholder, such as `у`.
    """

    start: int
    end: int
    forms: tuple[Form, ...]
    mask: Words = ()
    ending: str = ""

    @property
    def name(self) -> int:
        """Return the number of the name."""
        return self.forms[0].name


def is_placeholder(name: KeyName) -> bool:
    """Return whether a name was replaced by a placeholder rather than by a surrogate."""
    return NUMBER.search(name.mask) is not None


def find_labels(text: str, key: Key) -> Iterator[Found]:
    """Yield the placeholders of a key; raises `KeyMismatch` on one of another text.

    Those that the text had before it was masked are left alone.
    """
    names = {
        (plain_label(name.label), int(match[1])): n
        for n, name in enumerate(key.name_rows)
        if (match := NUMBER.search(name.mask))
    }
    quoted = {place for place, n in names.items() if key.name_rows[n].quoted}
    own = {item["label"]: item["number"] for item in key.own}
    for placeholder in find_placeholders(text, own, quoted):
        place = placeholder.label, placeholder.number
        if place in names:
            form = Form(names[place])
            yield Found(placeholder.start, placeholder.end, (form,), ending=placeholder.ending)
        elif own.get(placeholder.label, MOST_OWN) < placeholder.number < MOST_OWN:
            raise KeyMismatch(
                f"key: belongs to another text: it has no {placeholder.label}_"
                f"{placeholder.number}; send the key that was made with this text"
            )


def find_surrogates(text: str, key: Key, morphology: Morphology) -> list[Found]:
    """Return the surrogates of a key in a text, the longest at each place.

    Only names of which a word seems to be left, beside the surrogates that masking wrote, are put
    into all their forms: in a text that was hardly changed these are few.
    """
    words = [*WORD.finditer(text)]
    used, loose = _used_forms(key), _loose_names(text, key)
    found = _match(text, words, used, loose)
    inside = {start for item in found for start in range(item.start, item.end)}
    left = sorted({fold(word[0]) for word in words if word.start() not in inside})
    forms = defaultdict(list, {form: [*entries] for form, entries in used.items()})
    for n, name in enumerate(key.name_rows):
        stems = {stem_of(word) for word in split_words(name.mask)}
        if not is_placeholder(name) and any(_begins_one(stem, left) for stem in stems):
            for form, entry in all_forms(n, name, morphology):
                forms[form].append(entry)
    return _match(text, words, forms, loose) if len(forms) > len(used) else found


def _begins_one(stem: str, words: Sequence[str]) -> bool:
    """Return whether a stem begins one of sorted words."""
    at = bisect_left(words, stem)
    return bool(stem) and at < len(words) and words[at].startswith(stem)


def stem_of(word: str) -> str:
    """Return what all forms of a word begin with: `уф` of Уфа, `кондрать` of Кондратьева."""
    return word[: max(min(STEM_CHARS, len(word) - 1), len(word) - STEM_CHARS)]


def _loose_names(text: str, key: Key) -> Container[int]:
    """Return the names whose surrogates may be in lower case: all, in a text without a capital.

    Others are those that masking wrote so, as in a chat, and numbers and addresses.
    """
    if not _has_capital(text):
        return range(len(key.name_rows))
    return {mention.name for mention in key.mention_rows if not _has_capital(mention.mask)}


def _used_forms(key: Key) -> dict[Words, list[Form]]:
    """Return the surrogates that masking wrote, by their words."""
    forms: dict[Words, dict[Form, None]] = {}
    for mention in key.mention_rows:
        if words := split_words(mention.mask):
            tail, head = _tail(mention.mask), _head(mention.mask)
            form = Form(mention.name, mention.case or None, tail=tail, head=head)
            forms.setdefault(words, {})[form] = None
    return {words: [*entries] for words, entries in forms.items()}


def all_forms(n: int, name: KeyName, morphology: Morphology) -> Iterator[tuple[Words, Form]]:
    """Yield every form of a surrogate with its words."""
    if not any(name.mask_parts):
        for phrase, case in Phrase(name.mask).forms(morphology):
            yield split_words(phrase), Form(n, case, tail=_tail(phrase), head=_head(phrase))
        return
    first, middle, last = name.mask_parts
    person = PersonName(first, middle, last, name.gender or "Masc", name.number or "Sing")
    for whole, roles, case in person.forms(morphology):
        yield split_words(whole), Form(n, case, roles)


def _tail(mask: str) -> str:
    """Return what ends a surrogate behind its last word; quotes around all of it are the text's."""
    match = None if is_quoted(mask) else TAIL.search(mask)
    return match[0] if match else ""


def _head(mask: str) -> str:
    """Return what begins a surrogate before its first word."""
    match = HEAD.search(mask)
    return match[0] if match else ""


def _match(
    text: str,
    words: Sequence[re.Match[str]],
    forms: Mapping[Words, Sequence[Form]],
    loose: Container[int],
) -> list[Found]:
    """Return where forms stand in a text; one that two names share tells of neither.

    Only those of `loose` names are found in lower case without quotes: `исток` is a common noun
    where `Исток` is a surrogate.
    """
    usable = {form: entries for form, entries in forms.items() if form and _is_of_one_name(entries)}
    tree = _tree_of(usable)
    folded = [fold(word[0]) for word in words]
    found: list[Found] = []
    n = 0
    while n < len(words):
        size = _longest_at(text, words, folded, n, tree)
        form = tuple(folded[n : n + size])
        if form and usable[form][0].name not in loose:
            span = words[n].start(), words[n + size - 1].end()
            form = form if _is_written_as_name(text, *span) else ()
        if form:
            end = words[n + len(form) - 1].end()
            tail = max((entry.tail for entry in usable[form]), key=len)
            end += len(tail) if text.startswith(tail, end) else 0
            start = words[n].start()
            head = max((entry.head for entry in usable[form]), key=len)
            start -= len(head) if text.endswith(head, 0, start) else 0
            found.append(Found(start, end, tuple(usable[form]), form))
        n += len(form) or 1
    return found


def _tree_of(forms: Iterable[Words]) -> Tree:
    """Return a tree in which each form is a path of words that ends with an empty one."""
    root = Tree()
    for form in forms:
        node = root
        for word in form:
            node = node.setdefault(word, Tree())
        node[""] = Tree()
    return root


def _longest_at(
    text: str, words: Sequence[re.Match[str]], folded: Sequence[str], first: int, tree: Tree
) -> int:
    """Return how many words the longest form has that begins at a word; 0 where there is none.

    Little stands between the words of a form.
    """
    longest = 0
    for n in range(first, len(words)):
        if n > first and not BETWEEN.fullmatch(text, words[n - 1].end(), words[n].start()):
            break
        tree = tree.get(folded[n], NOWHERE)
        if tree is NOWHERE:
            break
        if "" in tree:
            longest = n + 1 - first
    return longest


def _has_capital(text: str) -> bool:
    return text != text.lower()


def _is_written_as_name(text: str, start: int, end: int) -> bool:
    """Return whether a span has a capital letter, or stands in quotes."""
    return _has_capital(text[start:end]) or (start > 0 and is_quoted(text[start - 1 : end + 1]))


def _is_of_one_name(forms: Sequence[Form]) -> bool:
    return len({form.name for form in forms}) == 1


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
