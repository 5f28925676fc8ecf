"""Tags <-> entities, legal transitions, label mapping."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.errors import ConfigError
from ner_service.labels import (
    OUTSIDE,
    Scheme,
    entities,
    map_labels,
    may_follow,
    parse_mapping,
    tag_set,
    tags,
)
from ner_service.text.tokens import tokenize
from ner_service.types import Entity
from tests.marked import marked

SCHEMES: tuple[Scheme, ...] = ("BIO", "BIOES")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "source",
    [
        "[PER Анна Каренина] уехала",
        "в [LOC Москве]",
        "",
        "[PER Анна] [PER Вронский]",
        "[ORG МИД] [LOC РФ]",
    ],
)
def test_tags_and_entities_are_the_same_thing_said_twice(source: str, scheme: Scheme) -> None:
    document = marked(source)
    tokens = tokenize(document.text)
    found = entities(tokens, tags(tokens, document.entities, scheme))
    assert tuple(found) == document.entities


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("BIO", ["B-PER", "I-PER", "O", "B-LOC"]),
        ("BIOES", ["B-PER", "E-PER", "O", "S-LOC"]),
    ],
)
def test_each_scheme_has_its_tags(scheme: Scheme, expected: list[str]) -> None:
    document = marked("[PER Анна Каренина] в [LOC Москве]")
    assert tags(tokenize(document.text), document.entities, scheme) == expected


@pytest.mark.parametrize("scheme", SCHEMES)
def test_an_entity_takes_the_tokens_it_touches_whole(scheme: Scheme) -> None:
    tokens = tokenize("Нью-Йорк")
    assert entities(tokens, tags(tokens, [Entity(4, 8, "LOC")], scheme)) == [Entity(0, 8, "LOC")]


@given(st.data())
@pytest.mark.parametrize("scheme", SCHEMES)
def test_exactly_the_legal_tag_sequences_come_back_unchanged(
    scheme: Scheme, data: st.DataObject
) -> None:
    choices = st.sampled_from(tag_set(["PER", "LOC"], scheme))
    row = data.draw(st.lists(choices, min_size=1, max_size=6))
    tokens = tokenize(" ".join("абвгде"[: len(row)]))
    legal = all(may_follow(a, b, scheme) for a, b in pairwise([OUTSIDE, *row, OUTSIDE]))
    assert legal == (tags(tokens, entities(tokens, row), scheme) == row)


def test_a_tag_that_continues_nothing_starts_an_entity() -> None:
    tokens = tokenize("в Москве и Риге")
    found = entities(tokens, ["O", "I-LOC", "I-PER", "I-LOC"])
    assert [e.span for e in found] == [(2, 8, "LOC"), (9, 10, "PER"), (11, 15, "LOC")]


def test_labels_are_renamed_and_dropped() -> None:
    found = map_labels(
        [Entity(0, 1, "GPE"), Entity(2, 3, "X"), Entity(4, 5, "PER")], {"GPE": "LOC", "X": ""}
    )
    assert found == [Entity(0, 1, "LOC"), Entity(4, 5, "PER")]


def test_a_mapping_is_read_from_pairs() -> None:
    assert parse_mapping(["GPE=LOC", "DATE="]) == {"GPE": "LOC", "DATE": ""}


@pytest.mark.parametrize("pair", ["GPE", "=LOC", ""])
def test_a_pair_that_is_none_is_refused(pair: str) -> None:
    with pytest.raises(ConfigError, match="FROM=TO"):
        parse_mapping([pair])
