"""The words that texts are written with, read from `words.toml`."""

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator

Words = Annotated[list[str], BeforeValidator(lambda text: text.split())]


class Vocabulary(BaseModel):
    """First names, companies, towns, words for streets, and what lists are made of."""

    men: Words
    women: Words
    short_men: Words
    short_women: Words
    foreign_firsts: Words
    foreign_lasts: Words
    companies: Words
    company_ends: Words
    firm_adjectives: Words
    firm_nouns: Words
    org_beginnings: Words
    org_ends: Words
    org_nouns: Words
    org_adjectives: Words
    org_descriptions: list[str]
    branch_bodies: list[str]
    branch_areas: list[str]
    brands: Words
    transcribed_firsts: Words
    transcribed_lasts: Words
    village_stems: Words
    abbreviations: Words
    latin_brands: Words
    band_firsts: Words
    band_lasts: Words
    band_words: Words
    street_stems: Words
    spots: list[str]
    places: Words
    months: Words
    titles: Words
    other_streets: list[str]
    separators: list[str]
    marks: list[str]
    headings: list[str]
    tails: list[str]
    roles: dict[str, Words]
    memorials: dict[str, list[str]]
    firms: dict[str, list[str]]
    streets: dict[str, list[str]]


WORDS = Vocabulary.model_validate(
    tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
)
