"""Offsets in three units: each must cut the very same piece out of the text."""

from hypothesis import given
from hypothesis import strategies as st

from ner_service.service.api.answers import entities_out
from ner_service.service.api.offsets import convert
from ner_service.service.api.schemas import Options
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
