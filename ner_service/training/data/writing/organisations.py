"""Names of organisations as they stand in a text without quotes, in any case."""

from random import Random

from ner_service.training.data.writing.declension import Case, decline_adjective, decline_thing
from ner_service.training.data.writing.names import Names
from ner_service.training.data.writing.words import WORDS

BLENDS, LOCAL, LATIN = 0.4, 0.75, 0.9  # shares of the kinds, added up; the rest are abbreviations


def write_organisation(names: Names, case: Case, random: Random) -> str:
    """Return a blend (`Уралхиммаш`), a local body (`Омский городской суд`) or another name."""
    chance = random.random()
    if chance < BLENDS:
        blend = random.choice(WORDS.org_beginnings) + random.choice(WORDS.org_ends)
        return decline_thing(blend, case)
    if chance < LOCAL:
        return _local_body(names, case, random)
    return random.choice(WORDS.latin_brands if chance < LATIN else WORDS.abbreviations)


def _local_body(names: Names, case: Case, random: Random) -> str:
    """Return an institution of a town whose adjective is regular, such as `Омск`."""
    towns = [place for place in names.places if place.endswith("ск") and "-" not in place]
    town = random.choice(towns or ["Омск"])
    adjectives = [f"{town[:-2]}ский"]
    if random.random() < 0.6:
        adjectives.append(random.choice(WORDS.org_adjectives))
    words = [decline_adjective(adjective, case) for adjective in adjectives]
    return " ".join([*words, decline_thing(random.choice(WORDS.org_nouns), case)])
