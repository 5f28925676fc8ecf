"""Entities stay with their names through every disturbance."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.benchmark.disturbances import (
    BULLETS,
    DISTURBANCES,
    EMPHASIS,
    JOINED,
    ODD_HYPHENS,
    SIGNS,
    STRESS,
    Edit,
    disturb,
    edit,
    join,
)
from ner_service.benchmark.listings import KEYS, LENGTH, LISTINGS, listing, names_of
from ner_service.benchmark.parts.robustness import GROUPS, change
from ner_service.benchmark.texts import load_corpus
from ner_service.types import Document, Entity

OWN = load_corpus("own_news", None, {}).documents
TEXT = "аб вг, дё\nЖЗ"


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    cuts = draw(st.lists(st.integers(0, len(TEXT)), max_size=8, unique=True).map(sorted))
    bounds = [pair for pair in pairwise(cuts) if draw(st.booleans())]
    return [(start, end, draw(st.text("xyz", max_size=3))) for start, end in bounds]


@given(edits(), st.integers(0, 10), st.integers(1, 11))
def test_an_entity_is_what_its_characters_became(made: list[Edit], start: int, size: int) -> None:
    entity = Entity(start, min(start + size, len(TEXT)), "PER")
    changed = {at: new for at, _, new in made}
    gone = {place for at, end, _ in made for place in range(at, end)}
    whole = all(
        (entity.start <= at and end <= entity.end) or end <= entity.start or entity.end <= at
        for at, end, _ in made
    )
    new = edit(Document("", TEXT, (entity,)), made)
    pieces = [changed.get(n, "") if n in gone else c for n, c in enumerate(TEXT)]
    assert new.text == "".join(pieces)
    if whole:
        surface = "".join(pieces[entity.start : entity.end]).strip()
        assert [new.text[e.start : e.end] for e in new.entities] == ([surface] if surface else [])


@pytest.mark.parametrize("name", [n for n in DISTURBANCES if n != JOINED])
def test_no_entity_of_our_corpus_is_lost(name: str) -> None:
    for before, after in zip(OWN, disturb(OWN, name, seed=1), strict=True):
        assert [e.label for e in after.entities] == [e.label for e in before.entities]


@pytest.mark.parametrize("name", ["lower case", "UPPER CASE"])
def test_case_is_all_that_changes(name: str) -> None:
    for before, after in zip(OWN, disturb(OWN, name, seed=1), strict=True):
        names = [before.text[e.start : e.end].lower() for e in before.entities]
        assert [after.text[e.start : e.end].lower() for e in after.entities] == names


@pytest.mark.parametrize(
    ("name", "sign"),
    [("CRLF", "\r\n"), ("stress marks", STRESS), ("Latin look-alikes", "o")],
)
def test_a_disturbance_does_something(name: str, sign: str) -> None:
    before, after = (" ".join(d.text for d in ds) for ds in (OWN, disturb(OWN, name, seed=1)))
    assert after.count(sign) > before.count(sign)


def test_stress_marks_taken_away_leave_the_text() -> None:
    for before, after in zip(OWN, disturb(OWN, "stress marks", seed=1), strict=True):
        assert after.text.replace(STRESS, "") == before.text


def test_a_share_of_the_words_has_a_typo() -> None:
    changed = total = 0
    for before, after in zip(OWN, disturb(OWN, "typos", seed=1), strict=True):
        pairs = list(zip(before.text.split(), after.text.split(), strict=True))
        changed, total = changed + sum(a != b for a, b in pairs), total + len(pairs)
    assert 0.05 < changed / total < 0.2


def test_chance_is_the_same_for_every_tagger() -> None:
    assert disturb(OWN, "typos", seed=1) == disturb(OWN, "typos", seed=1)
    assert disturb(OWN, "typos", seed=1) != disturb(OWN, "typos", seed=2)


def test_joined_documents_keep_their_names() -> None:
    whole = join(OWN)
    names = [d.text[e.start : e.end] for d in OWN for e in d.entities]
    assert [whole.text[e.start : e.end] for e in whole.entities] == names
    assert disturb(OWN, JOINED, seed=1)[0].text.count("\n") == 0


@pytest.mark.parametrize("name", SIGNS)
def test_signs_stand_at_names_and_are_no_part_of_them(name: str) -> None:
    if name == "odd hyphens":
        return
    for before, after in zip(OWN, disturb(OWN, name, seed=1), strict=True):
        names = [before.text[e.start : e.end] for e in before.entities]
        assert [after.text[e.start : e.end] for e in after.entities] == names
        edges = [
            after.text[e.start - 1 : e.start] + after.text[e.end : e.end + 1]
            for e in after.entities
        ]
        assert all(any(not c.isalnum() and not c.isspace() for c in edge) for edge in edges)
        if name == "Markdown at names":
            assert all(edge[0] == edge[1] and edge[0] in "".join(EMPHASIS) for edge in edges)
        if name == "bullets at names":
            assert all(edge[0] in "".join(BULLETS) for edge in edges)


def test_odd_hyphens_read_as_hyphens_leave_the_text() -> None:
    table = dict.fromkeys(map(ord, ODD_HYPHENS), "-")
    disturbed = disturb(OWN, "odd hyphens", seed=1)
    assert [d.text.translate(table) for d in disturbed] == [d.text for d in OWN]
    assert sum(any(c in ODD_HYPHENS for c in d.text) for d in disturbed) >= 20


@pytest.mark.parametrize("name", LISTINGS)
def test_lists_hold_every_name_of_the_corpus_once_and_no_other_word(name: str) -> None:
    lists = listing(OWN, name, seed=1)
    names = [(d.text[e.start : e.end], e.label) for d in lists for e in d.entities]
    assert sorted(names) == sorted(names_of(OWN))
    assert len(names) > 300
    for document in lists:
        rest = edit(document, [(e.start, e.end, "") for e in document.entities]).text
        for key in KEYS.values():
            rest = rest.replace(f"{key}:", "")
        assert not any(c.isalnum() for c in rest)


def test_each_layout_looks_as_its_name_says() -> None:
    names = {name: listing(OWN, name, seed=1)[0] for name in LISTINGS}
    assert names["names by lines"].text.count("\n") == LENGTH
    assert names["names by tabs"].text.count("\t") == LENGTH - LENGTH // 3
    assert names["names by bullets"].text.startswith("• ")
    assert names["names by ;"].text.count(";") == LENGTH - 1
    assert names["names by ;"].text.count("\n") == 1
    assert [line.partition(":")[0] for line in names["form fields"].text.splitlines()] == [
        KEYS[e.label] for e in names["form fields"].entities
    ]


def test_every_column_is_measured_once_and_by_the_same_names() -> None:
    columns = [name for group in GROUPS.values() for name in group]
    assert set(columns) == {*DISTURBANCES, *LISTINGS}
    assert columns.count("as written") == 2  # a base for each group
    for name in columns:
        assert change(OWN, name, seed=1) == change(OWN, name, seed=1)
