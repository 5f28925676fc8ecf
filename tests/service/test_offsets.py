"""Offsets in three units: each must cut the very same piece out of the text."""

import asyncio

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.service.api.answers import entities_out, write_entities
from ner_service.service.api.offsets import convert
from ner_service.service.api.schemas import Options
from ner_service.service.api.slices import SLICE_ENTITIES, dump
from ner_service.types import Entity

spans = st.text(max_size=40).flatmap(
    lambda text: st.tuples(
        st.just(text), st.lists(st.tuples(*[st.integers(0, len(text))] * 2).map(sorted), max_size=4)
    )
)


@given(spans)
def test_every_unit_cuts_the_same_piece(case: tuple[str, list[list[int]]]) -> None:
    text, wanted = case
    places = [place for span in wanted for place in span]
    utf16, utf8 = text.encode("utf-16-le"), text.encode()
    for start, end in wanted:
        piece = text[start:end]
        at = convert(text, places, "codepoint")
        assert text[at[start] : at[end]] == piece
        at = convert(text, places, "utf16")
        assert utf16[2 * at[start] : 2 * at[end]].decode("utf-16-le") == piece
        at = convert(text, places, "utf8")
        assert utf8[at[start] : at[end]].decode() == piece


@given(spans)
def test_the_surface_is_cut_by_code_points_whatever_the_unit(
    case: tuple[str, list[list[int]]],
) -> None:
    text, wanted = case
    entities = [Entity(start, end, "PER") for start, end in wanted]
    for unit in ("codepoint", "utf16", "utf8"):
        found = entities_out(text, entities, Options(offsets=unit))
        assert [e["text"] for e in found] == [text[start:end] for start, end in wanted]


def test_ascii_counts_the_same_in_every_unit() -> None:
    for unit in ("codepoint", "utf16", "utf8"):
        assert convert("plain", [5, 2], unit) == {2: 2, 5: 5}


@pytest.mark.parametrize("unit", ["codepoint", "utf16", "utf8"])
@pytest.mark.parametrize("labels", [None, ["PER"], []])
def test_many_entities_are_written_in_slices_as_few_are_in_one_go(
    unit: str, labels: list[str] | None
) -> None:
    text = "Ая😀 " * (3 * SLICE_ENTITIES)
    entities = [
        Entity(4 * n, 4 * n + 3, "LOC" if n // SLICE_ENTITIES == 1 else "PER", 0.12345)
        for n in range(3 * SLICE_ENTITIES)
    ]
    options = Options.model_validate({"offsets": unit, "labels": labels})
    writing, steps = write_entities(text, entities, options), 0
    while True:
        try:
            writing.send(None)
        except StopIteration as done:
            written = done.value
            break
        steps += 1
    assert steps == 3
    expected = entities_out(text, entities, options)
    assert orjson.loads(dump({"entities": written})) == {"entities": expected}


def test_few_entities_are_written_at_once() -> None:
    entities = [Entity(n, n + 1, "PER") for n in range(SLICE_ENTITIES)]
    assert asyncio.run(write_entities("а" * 500, entities, Options())) == entities_out(
        "а" * 500, entities, Options()
    )
