"""The part `phrases` times lists of phrases, and leaves out what takes too long."""

import pytest

pytest.importorskip("psutil")

from ner_service.benchmark.parts.phrases import TooLong, measure
from ner_service.benchmark.processes import phrase_matchers
from ner_service.benchmark.processes.phrase_list import make_phrases
from ner_service.benchmark.texts import Prose


@pytest.fixture(scope="module")
def prose() -> Prose:
    return Prose("own", [f"{make_phrases(20)[19]} приехал в Омск. " * 20], True)


def test_a_longer_list_begins_with_a_shorter_one_and_has_no_phrase_twice() -> None:
    phrases = make_phrases(3_000)
    assert phrases[:1_000] == make_phrases(1_000)
    assert len(set(phrases)) == 3_000


def test_all_matchers_find_the_same_phrases_as_they_are_written() -> None:
    phrases = ["Анна Каренина", "Омск"]
    text = "Анна Каренина в Омск, но не Омска. Анна."
    for name in ("rules, exact", "spaCy PhraseMatcher"):
        pytest.importorskip("spacy")
        assert phrase_matchers.MATCHERS[name](phrases)(text) == 2
    assert phrase_matchers.MATCHERS["rules"](phrases)(text) == 3


@pytest.mark.slow
def test_each_matcher_has_a_row_for_each_list(prose: Prose) -> None:
    result = measure(prose, (20, 40), 200, lambda _: None)
    assert {row.size for row in result.rows} == {20, 40}
    assert all(row.matches for row in result.rows if row.matcher != "Presidio deny list")
    assert result.too_long == []


@pytest.mark.slow
def test_a_matcher_that_takes_too_long_is_left_out(
    prose: Prose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phrase_matchers, "MATCHERS", {"rules": phrase_matchers.MATCHERS["rules"]})
    result = measure(prose, (400_000,), 200, lambda _: None, longest_s=1)
    assert result.rows == []
    assert result.too_long == [TooLong(matcher="rules", size=400_000, loading=True)]
