"""JSON comes back as it was written, and what cannot be kept is an error that names it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.corpora.forms.json_text import DEEPEST, dump, load_json
from ner_service.errors import CorpusError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_any_value_comes_back(value: object) -> None:
    assert json.loads(dump(load_json(json.dumps(value), "x"))) == value


@pytest.mark.parametrize("number", ["1.10", "1E400", "-0.0", "1e5", "0.1", "1" * 4_000, "-9e-99"])
@pytest.mark.parametrize("beside", ["1", "123456789012345678901234567890", '"\\ud800"', '"ё"'])
def test_a_number_goes_out_as_it_was_written(number: str, beside: str) -> None:
    text = f'{{"ё":[{number},{beside}]}}'
    assert dump(load_json(text, "x")).decode() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "b": 2, "a": 3}', "x:7: an object has the key 'a' twice: keep or rename one"),
        ('{"m": [{"a": 1, "a": 1}]}', "x:7: an object has the key 'a' twice"),
        ('{"m": {"n": [1, NaN]}}', r"x:7: m\.n\[1\]: not JSON: NaN is no number.*: write null"),
        ('{"m": -Infinity}', "x:7: m: not JSON: -Infinity is no number"),
        ("NaN", "x:7: not JSON: NaN is no number"),
        ("{", "x:7: not JSON: Expecting property name"),
        ("{\x00", "looks like UTF-16: save it as UTF-8"),
        ("1" * 5_000, "x:7: has a number of more than 4300 digits: write it as a string"),
        ("[" * 100_000, f"x:7: is nested deeper than {DEEPEST} levels: flatten it"),
    ],
)
def test_what_would_be_lost_is_named(text: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message) as error:
        load_json(text, "x:7")
    assert "\n" not in str(error.value)


def test_a_key_that_comes_twice_is_found_among_many() -> None:
    pairs = ",".join(f'"{n}":0' for n in [*range(200_000), 199_999])
    with pytest.raises(CorpusError, match="the key '199999' twice"):
        load_json(f"{{{pairs}}}", "x:7")


def test_what_is_nested_too_deeply_is_named_where_it_cannot_be_written() -> None:
    value = load_json("[" * 600 + "]" * 600, "x")
    with pytest.raises(CorpusError, match=f"x:7: is nested deeper than {DEEPEST} levels"):
        dump(value, "x:7")
