"""The vocabulary has the closed lists of words that decide how a name is read."""

import tomllib
from pathlib import Path

DATA = Path(__file__).with_name("data")
_LISTS: dict[str, str] = tomllib.loads((DATA / "vocabulary.toml").read_text("utf-8"))


def _words(name: str) -> frozenset[str]:
    return frozenset(_LISTS[name].split())


PARTICLES = _words("particles")
AFTER_A_FATHER = _words("after_a_father")
EAST_ASIAN = _words("east_asian")
BEHIND_A_HEAD = _words("behind_a_head")
ABBREVIATED = _words("abbreviated")
APPOSITIVE = _words("appositive")
PLACE_TYPES = _words("place_types")
ORGANISATION_TYPES = _words("organisation_types")
FUNCTION_WORDS = _words("function_words")
