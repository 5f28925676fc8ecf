"""Made names are drawn from natasha's lists of names and inflected by pymorphy3."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from ner_service.errors import MissingExtra

if TYPE_CHECKING:  # it is imported when the first name is drawn
    from pymorphy3 import MorphAnalyzer
    from pymorphy3.analyzer import Parse

CASES = ("nominative", "genitive", "dative", "accusative", "instrumental", "prepositional")
GRAMMEMES = dict(zip(CASES, ("nomn", "gent", "datv", "accs", "ablt", "loct"), strict=True))
# how often a name must stand in the billion words of news that navec counted to be a usual one in
# Russia: a woman's name itself, a man's through its patronymic, since many foreign men are in news
WOMEN, SONS = 8000, 500
PATRONYMICS = (  # what a father's name ends in, and a son's patronymic in its place
    ("ий", "ьевич"), ("ий", "иевич"), ("й", "евич"), ("ь", "евич"), ("а", "ич"), ("я", "ич"),
    ("", "ович"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeName:
    """A made name is that of one person in one case."""

    first: str
    patronymic: str
    surname: str

    @property
    def initials(self) -> str:
        """Return the initials of first name and patronymic: `И. П.`."""
        return f"{self.first[0]}. {self.patronymic[0]}."


Person = Mapping[str, MadeName]  # by case
ORDERS: Mapping[str, Callable[[MadeName], str]] = {
    "first surname": lambda n: f"{n.first} {n.surname}",
    "surname first": lambda n: f"{n.surname} {n.first}",
    "first patronymic surname": lambda n: f"{n.first} {n.patronymic} {n.surname}",
    "surname first patronymic": lambda n: f"{n.surname} {n.first} {n.patronymic}",
    "initials surname": lambda n: f"{n.initials} {n.surname}",
    "surname initials": lambda n: f"{n.surname} {n.initials}",
    "FIRST SURNAME": lambda n: f"{n.first} {n.surname}".upper(),
    "SURNAME first patronymic": lambda n: f"{n.surname.upper()} {n.first} {n.patronymic}",
    "SURNAME FIRST PATRONYMIC": lambda n: f"{n.surname} {n.first} {n.patronymic}".upper(),
}


def draw_people(count: int, seed: int) -> list[Person]:
    """Draw people at random, men and women in turn; no surname comes twice.

    Raises `MissingExtra` without pymorphy3.
    """
    draw = _Draw(random.Random(seed))
    return [draw.person("femn" if n % 2 else "masc") for n in range(count)]


class _Draw:
    """A draw takes words from the lists in an order of its own, those that pymorphy3 knows."""

    def __init__(self, rng: random.Random) -> None:
        self._analyzer = _analyzer()
        first, last = (_words(name) for name in ("first.txt", "last.txt"))
        self._counts = _counts()
        self._firsts = {gender: _endless(first, rng) for gender in ("masc", "femn")}
        self._fathers = _endless(first, rng)
        self._surnames = iter(rng.sample(last, len(last)))

    def person(self, gender: str) -> Person:
        """Draw first name, patronymic and surname, each in all cases."""
        first = next(f for w in self._firsts[gender] if (f := self._first_name(w, gender)))
        patronymic = next(
            f for w in self._fathers if (f := self._forms(self._patronymic_of(w), "Patr", gender))
        )
        surname = next(f for w in self._surnames if (f := self._forms(w, "Surn", gender)))
        words = (dict(zip(CASES, forms, strict=True)) for forms in (first, patronymic, surname))
        a, b, c = words
        return {case: MadeName(a[case], b[case], c[case]) for case in CASES}

    def _first_name(self, word: str, gender: str) -> list[str]:
        """Return a usual first name in all cases, or nothing; a woman's must decline."""
        if gender == "masc":
            return self._forms(word, "Name", gender) if self._patronymic_of(word) else []
        if self._counts.get(word, 0) < WOMEN or self._is_mans(word):
            return []
        forms = self._forms(word, "Name", gender)
        return forms if len(set(forms)) > 1 else []

    def _is_mans(self, word: str) -> bool:
        """Say whether a name is a man's, or one of its cases, as `Виталия` mostly is."""
        return any({"Name", "masc"} <= p.tag.grammemes for p in self._analyzer.parse(word))

    def _patronymic_of(self, father: str) -> str:
        """Return the son's patronymic, or nothing where it is no usual one."""
        fitting = (pair for pair in PATRONYMICS if father.endswith(pair[0]))
        made = (father.removesuffix(ending) + patronymic for ending, patronymic in fitting)
        usual = (word for word in made if self._counts.get(word, 0) >= SONS)
        return next((word for word in usual if self._parse(word, "Patr")), "")

    def _forms(self, word: str, part: str, gender: str) -> list[str]:
        """Return a word in all cases, in the gender that is asked, or nothing."""
        parsed = self._parse(word, part) if word else None
        if parsed is None or (part == "Name" and gender not in parsed.tag):
            return []
        inflected = [parsed.inflect({"sing", gender, case}) for case in GRAMMEMES.values()]
        words = [form.word.capitalize() for form in inflected if form]
        return words if len(words) == len(CASES) else []

    def _parse(self, word: str, part: str) -> "Parse | None":
        """Return a word's nominative reading as this part of a name, if it is known as one."""
        if not self._analyzer.word_is_known(word):
            return None
        wanted = {part, "nomn", "sing"} | ({"masc"} if part in ("Surn", "Patr") else set())
        parses = self._analyzer.parse(word)
        return next((p for p in parses if wanted <= p.tag.grammemes), None)


@cache
def _analyzer() -> "MorphAnalyzer":
    try:
        from pymorphy3 import MorphAnalyzer
    except ImportError as error:
        raise MissingExtra(f"the part probes ({error})", "bench") from error
    return MorphAnalyzer()


@cache
def _counts() -> dict[str, int]:
    """Return how often each word of navec's vocabulary stood in the news it was made of."""
    from natasha.data import NEWS_EMBEDDING
    from navec.navec import VOCAB
    from navec.tar import Tar
    from navec.vocab import Vocab

    with Tar(NEWS_EMBEDDING) as tar:
        vocab = Vocab.from_file(tar.load(VOCAB))
    return dict(zip(vocab.words, vocab.counts, strict=True))


def _words(name: str) -> list[str]:
    """Return the words of a list in natasha's wheel, without its comments."""
    text = (files("natasha") / "data" / "dict" / name).read_text("utf-8")
    return [word for line in text.splitlines() if (word := line.partition("#")[0].strip())]


def _endless(words: Sequence[str], rng: random.Random) -> Iterator[str]:
    while True:
        yield from rng.sample(words, len(words))
