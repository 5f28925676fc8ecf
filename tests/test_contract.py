"""What every tagger promises, whatever library stands behind it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner_service.taggers import load_tagger
from ner_service.types import Tagger

NAMES = ("natasha", "bilstm")
NEWS = (
    "Посол Израиля на Украине Йоэль Лион пришел в шок, узнав о решении властей Львовской области."
)
TEXTS = [
    "",
    " \n\t",
    NEWS,
    "😀👨‍👩‍👧 Анна",
    "Москва\r\nПариж\r\n",
    "Моско\u0301ва е\u0308ж",
    "а" * 100_000,
]


@pytest.fixture(scope="module", params=NAMES)
def tagger(request: pytest.FixtureRequest) -> Tagger:
    return load_tagger(request.param)


def check(tagger: Tagger, text: str) -> None:
    (found,) = tagger.tag([text])
    last = 0
    for entity in found:
        assert last <= entity.start < entity.end <= len(text)
        surface = text[entity.start : entity.end]
        assert surface == surface.strip()
        assert entity.label in tagger.info.labels
        assert entity.score is None or 0 <= entity.score <= 1
        last = entity.end


def test_finds_the_names_in_news(tagger: Tagger) -> None:
    (found,) = tagger.tag([NEWS])
    assert [(NEWS[e.start : e.end], e.label) for e in found] == [
        ("Израиля", "LOC"),
        ("Украине", "LOC"),
        ("Йоэль Лион", "PER"),
        ("Львовской области", "LOC"),
    ]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_answers_every_text(tagger: Tagger, text: str) -> None:
    check(tagger, text)


words = st.sampled_from(
    ["Иван", "Петров", "в", "Москве", "МИД", "«", "»", ".", "!", "-", "г.", "😀", "\n"]
)
texts = st.one_of(st.text(max_size=60), st.lists(words, max_size=20).map(" ".join))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(texts, max_size=4))
def test_an_answer_does_not_depend_on_its_batch(tagger: Tagger, batch: list[str]) -> None:
    for text in batch:
        check(tagger, text)
    assert tagger.tag(batch) == [tagger.tag([text])[0] for text in batch]
    assert tagger.tag(batch[::-1]) == tagger.tag(batch)[::-1]
