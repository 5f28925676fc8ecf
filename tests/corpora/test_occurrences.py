"""Many strings are looked for in one pass, with the answers of `str` for each."""

from hypothesis import given
from hypothesis import strategies as st

from ner_service.corpora.forms.occurrences import LONG, MANY, Occurrences

NOWHERE = [f"#{n}" for n in range(MANY)]  # so that there are many
TEXTS = st.text("абв ", max_size=40)


@given(TEXTS, st.lists(st.text("абв ", min_size=1, max_size=5), max_size=30))
def test_many_strings_are_found_as_each_alone_is(text: str, strings: list[str]) -> None:
    places = Occurrences(text, [*strings, *NOWHERE])
    for string in [*strings, *NOWHERE[:2], text + "г"]:
        assert (string in places) == (string in text)
        assert places.start_of(string) == (text.index(string) if text.count(string) == 1 else None)
        assert places.count(string) == text.count(string)


def test_long_strings_are_found_too() -> None:
    name = "Анна" * LONG
    assert Occurrences(f"у {name}", [name, *NOWHERE]).start_of(name) == 2
