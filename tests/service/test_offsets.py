"""Offsets in three units: each must cut the very same piece out of the text."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.service.api.answers import entities_out
from ner_service.service.api.offsets import convert
from ner_service.service.api.schemas import Options
from ner_service.service.api.slices import Slices, dump
from ner_service.types import Entity
from tests.serving import serving

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
def test_entities_that_come_in_slices_are_written_as_those_that_come_together(
    unit: str, labels: list[str] | None
) -> None:
    text = "Ая😀 " * 1500
    entities = [
        Entity(4 * n, 4 * n + 3, "LOC" if n // 500 == 1 else "PER", 0.12345) for n in range(1500)
    ]
    options = Options.model_validate({"offsets": unit, "labels": labels})
    slices = Slices(entities_out, text, options)
    for start in range(0, 1500, 500):
        slices.extend(entities[start : start + 500])
        slices.extend([])
    expected = entities_out(text, entities, options)
    assert orjson.loads(dump({"entities": slices})) == {"entities": expected}


def test_a_long_text_is_answered_as_a_short_one_is() -> None:
    """A long one is cut, and its entities become JSON where they are found."""
    short, times = "Анна 😀 в Москве. ", 600
    with serving() as client:
        for unit, size in (("codepoint", 17), ("utf16", 18)):
            asked = {"offsets": unit, "labels": ["PER"]}
            (one,) = client.post("/ner", json=asked | {"text": short}).json()["entities"]
            expected = [
                one | {"start": one["start"] + size * n, "end": one["end"] + size * n}
                for n in range(times)
            ]
            long = client.post("/ner", json=asked | {"text": short * times}).json()
            assert long["entities"] == expected
            batch = client.post("/ner/batch", json=asked | {"texts": [short * times, short]}).json()
            assert [r["entities"] for r in batch["results"]] == [expected, [one]]
