"""Names of organisations as they stand in a text without quotes, in any case."""

from random import Random

from ner_service.training.data.writing.declension import (
    Case,
    decline_adjective,
    decline_noun,
    decline_thing,
)
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.words import WORDS

# Shares of the kinds, added up; the rest are abbreviations.
BLENDS, LOCAL, DESCRIBED, BRANDS, TRANSCRIBED, LATIN = 0.25, 0.45, 0.65, 0.74, 0.82, 0.92


def write_organisation(names: Names, case: Case, random: Random) -> str:
    """Return a blend (`Уралхиммаш`), a local body (`Омский городской суд`) or another name."""
    chance = random.random()
    if chance < BLENDS:
        blend = random.choice(WORDS.org_beginnings) + random.choice(WORDS.org_ends)
        return decline_thing(blend, case)
    if chance < LOCAL:
        return _local_body(names, case, random)
    if chance < DESCRIBED:
        return _described_body(names, case, random)
    if chance < BRANDS:
        return _brand(case, random)
    if chance < TRANSCRIBED:
        return _transcribed_name(random)
    return random.choice(WORDS.latin_brands if chance < LATIN else WORDS.abbreviations)


def write_branch(names: Names, random: Random) -> str:
    """Return a body of the state with the area that it works for: `УМВД России по Омской области`.

    Its first word is an abbreviation, which has no cases.
    """
    body = random.choice(WORDS.branch_bodies).format(number=random.randint(1, 40))
    area = random.choice(WORDS.branch_areas).format(
        stem=_town_stem(names, random),
        at=names.place(random, "datv"),
        place=names.place(random, "gent"),
        name=names.place(random, "nomn"),
        district=random.choice(WORDS.street_stems),
    )
    return f"{body} по {area}"


def _town_stem(names: Names, random: Random) -> str:
    """Return a town that ends in ск without this ending."""
    towns = [place for place in names.places if place.endswith("ск") and "-" not in place]
    return random.choice(towns or ["Омск"])[:-2]


def _local_body(names: Names, case: Case, random: Random) -> str:
    """Return an institution of a town whose adjective is regular, such as `Омск`."""
    adjectives = [f"{_town_stem(names, random)}ский"]
    if random.random() < 0.6:
        adjectives.append(random.choice(WORDS.org_adjectives))
    return _noun_phrase(adjectives, random.choice(WORDS.org_nouns), case)


def _described_body(names: Names, case: Case, random: Random) -> str:
    """Return a body that words behind its noun describe, such as `Клуб юных моряков`."""
    noun, _, tail = random.choice(WORDS.org_descriptions).partition(" ")
    tail = tail.format(
        number=random.randint(1, 90),
        place=names.place(random, "gent"),
        at=names.place(random, "loct"),
        surname=names.person(random, random.choice(("masc", "femn"))).surname["gent"],
    )
    adjectives = [random.choice(WORDS.org_adjectives)] if random.random() < 0.2 else []
    phrase = _noun_phrase(adjectives, noun, case)
    return f"{phrase} {tail}"


def _noun_phrase(adjectives: list[str], noun: str, case: Case) -> str:
    """Return masculine adjectives and a noun of either gender in a case, with a capital."""
    is_feminine = noun.endswith(("а", "я"))
    words = [
        decline_adjective(word, case, "femn" if is_feminine else "masc") for word in adjectives
    ]
    declined = decline_noun(noun, case, "NOUN") or noun
    phrase = " ".join([*words, declined.lower()])
    return phrase[0].upper() + phrase[1:]


def _brand(case: Case, random: Random) -> str:
    """Return the name of a firm that texts decline or, in part, leave as it is."""
    brand = random.choice(WORDS.brands)
    is_consonant = brand[-1] not in "аеёийоуыэюяь"
    return decline_thing(brand, case) if is_consonant and "-" not in brand else brand


def _transcribed_name(random: Random) -> str:
    """Return a foreign firm in Russian letters, such as `Норд Моторс` or `Балт-Тур`."""
    mark = random.choice((" ", " ", " ", "-"))
    first, last = random.choice(WORDS.transcribed_firsts), random.choice(WORDS.transcribed_lasts)
    return f"{first}{mark}{last}"
