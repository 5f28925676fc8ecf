"""Names to write texts with: of people, places and companies, drawn at random."""

import gzip
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ner_service.errors import ConfigError, MissingExtra
from ner_service.nets.natasha_files import natasha_data
from ner_service.training.data.writing.declension import (
    CASES,
    Case,
    Form,
    Gender,
    analyser,
    decline_noun,
    decline_patronymic,
    decline_surname,
    make_patronymic,
)
from ner_service.training.data.writing.words import WORDS

ODD_SURNAMES = 0.15  # the share of surnames with any ending; the rest have one of `USUAL_ENDS`
SHORT, COMMON = 0.1, 0.45  # shares of first names as friends say them, and of the most common
USUAL_ENDS = ("ов", "ев", "ин", "ский", "цкий", "ко", "ук", "юк", "ян", "ич", "дзе", "швили", "ых")


@dataclass(frozen=True, slots=True)
class Person:
    """A person's first name, patronymic and surname, each in all cases."""

    gender: Gender
    first: dict[Case, str]
    patronymic: dict[Case, str]
    surname: dict[Case, str]


@dataclass(frozen=True)
class Names:
    """Lists of names, and a choice from them."""

    firsts: dict[Gender, Sequence[str]]
    surnames: Sequence[str]  # as men have them
    usual_surnames: Sequence[str]
    places: Sequence[str]
    streets: Sequence[str]  # named after people, in the genitive, perhaps none
    companies: Sequence[str]

    def person(self, random: Random, gender: Gender) -> Person:
        """Return a person of a gender with a random name."""
        return self._person(random, gender, self._first(random, gender))

    def friend(self, random: Random, gender: Gender) -> Person:
        """Return a person whose first name is as friends say it."""
        return self._person(random, gender, random.choice(_short(gender)))

    def _person(self, random: Random, gender: Gender, name: str) -> Person:
        first = self._declined(random, name, gender)
        father = random.choice(WORDS.men)
        patronymic = make_patronymic(father, gender)
        pool = self.usual_surnames if random.random() > ODD_SURNAMES else self.surnames
        surname = random.choice(pool)
        if random.random() < 0.03:
            surname = f"{surname}-{random.choice(self.usual_surnames)}"
        return Person(
            gender,
            first,
            {case: decline_patronymic(patronymic, case) for case in CASES},
            {case: _decline_parts(surname, Form(case, gender)) for case in CASES},
        )

    def place(self, random: Random, case: Case) -> str:
        """Return a town's or country's name in a case."""
        while True:
            declined = decline_noun(random.choice(self.places), case, "Geox")
            if declined:
                return declined

    def company(self, random: Random) -> str:
        """Return a company's name as it stands in quotes."""
        chance = random.random()
        if chance < 0.25 and self.companies:
            return random.choice(self.companies)
        first = random.choice(WORDS.companies)
        if chance < 0.45:
            return first
        if chance < 0.6:
            nouns = random.choice(WORDS.firm_nouns)
            return f"{random.choice(WORDS.firm_adjectives)} {nouns}"
        if chance < 0.65:
            return f"{random.choice(('Школа', 'Лицей', 'Гимназия'))} № {random.randint(1, 90)}"
        if chance < 0.8:
            return first + random.choice(WORDS.company_ends)
        second = (*WORDS.companies, "М", "Плюс", "2000", "ХХI", "Сервис", "Юг")
        return f"{first}-{random.choice(second)}"

    def _first(self, random: Random, gender: Gender) -> str:
        chance = random.random()
        if chance < SHORT:
            return random.choice(_short(gender))
        return random.choice(_common(gender) if chance < SHORT + COMMON else self.firsts[gender])

    def _declined(self, random: Random, first: str, gender: Gender) -> dict[Case, str]:
        forms = {case: decline_noun(first, case, "Name") for case in CASES}
        if not all(forms.values()):
            return self._declined(random, random.choice(_common(gender)), gender)
        return {case: form or first for case, form in forms.items()}


def _common(gender: Gender) -> Sequence[str]:
    return WORDS.men if gender == "masc" else WORDS.women


def _short(gender: Gender) -> Sequence[str]:
    return WORDS.short_men if gender == "masc" else WORDS.short_women


def _decline_parts(surname: str, form: Form) -> str:
    return "-".join(decline_surname(part, form) for part in surname.split("-"))


def load_names(folder: str) -> Names:
    """Return the names of natasha's wheel, and of the lists in a folder if one is named."""
    check_lists(folder)
    try:
        lists = Path(natasha_data().DICT_DIR)
    except ImportError as error:
        raise MissingExtra(f"the list of names ({error})", "natasha") from error
    more = _read_folder(Path(folder)) if folder else {}
    surnames = [*_clean(_lines(lists / "last.txt")), *_clean(more.get("surname", ()))]
    known = _clean(_lines(lists / "first.txt"))
    return Names(
        firsts=_by_gender([*known, *_clean(more.get("first", ()))]),
        surnames=surnames,
        usual_surnames=[name for name in surnames if name.endswith(USUAL_ENDS)],
        places=list(_clean(more.get("place", ()))) or WORDS.places,
        streets=[STREET_TYPE.sub("", street).strip() for street in more.get("street", ())],
        companies=list(more.get("company", ())),
    )


def _by_gender(firsts: Sequence[str]) -> dict[Gender, Sequence[str]]:
    genders: dict[Gender, list[str]] = {"masc": [], "femn": []}
    for first in dict.fromkeys(firsts):
        for parse in analyser().parse(first):
            if "Name" in parse.tag and parse.tag.case == "nomn" and parse.tag.gender in genders:
                genders[parse.tag.gender].append(first)
                break
    return dict(genders)


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _clean(names: Iterable[str]) -> list[str]:
    """Return names of Russian letters alone that are long enough to be names, capitalised."""
    return [
        "-".join(part.capitalize() for part in name.split("-"))
        for name in names
        if len(name) > 3 and name.replace("-", "").isalpha() and not name.isascii()
        if not name.endswith("ы")
    ]


def check_lists(folder: str) -> None:
    """Raise `ConfigError` where a folder of lists is named that is not there."""
    if folder and not Path(folder).is_dir():
        raise ConfigError(f"augmentation.lists: {folder}: no such folder; name one of .tsv files")


def _read_folder(folder: Path) -> dict[str, list[str]]:
    """Return the first columns of a folder's tables, by the kind that each table's head names.

    A table is `NAME.tsv` or `NAME.tsv.gz`; heads other than those of `HEADS` are left out.
    """
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.tsv*")):
        opener: Callable[..., object] = gzip.open if path.suffix == ".gz" else open
        try:
            with opener(path, "rt", encoding="utf-8") as lines:  # type: ignore[attr-defined]
                rows = [line.rstrip("\n").split("\t")[0] for line in lines]
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"augmentation.lists: {path}: {error}") from None
        kind = _kind(path.name, rows[0] if rows else "")
        if kind:
            found.setdefault(kind, []).extend(rows[1:])
    return found


STREET_TYPE = re.compile(
    r"(?<!\w)(?:улица|проспект|переулок|бульвар|площадь|набережная|шоссе|проезд|тупик|аллея|линия|ул|"
    r"пр|пер|б-р|пл|наб|ш)(?!\w)\.?"
)
HEADS = {"city": "place", "street": "street", "company": "company"}


def _kind(name: str, head: str) -> str:
    """Return what a table lists: its head says so, or for `name` the file's own name."""
    if head != "name":
        return HEADS.get(head, "")
    return "surname" if "last" in name or "surname" in name else "first"
