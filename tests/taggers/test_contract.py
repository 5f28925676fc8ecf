"""The promises of every tagger in the registry, whatever library stands behind it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ner_service.errors import MissingExtra
from ner_service.taggers.registry import BACKENDS, shipped_specs
from ner_service.text.chunks import PIECE_CHARS
from ner_service.types import Entity, Tagger, Twinned
from tests.marked import marked

NEWS_LABELS = {"PER", "LOC", "ORG"}
NEWS = marked(
    "Посол [LOC Израиля] на [LOC Украине] [PER Йоэль Лион] пришел в шок, узнав о решении властей "
    "[LOC Львовской области]."
)
FILLER = "Позавчера достопримечательностями интересовались путешественники. "
TEXTS = {
    "empty": "",
    "white space": " \n\t\u00a0\u2028",
    "news": NEWS.text,
    "emoji": "😀👨‍👩‍👧 Анна Иванова 🇷🇺 в Москве",
    "line feeds": "Москва\r\nПариж\r\n\r\nИван Петров",
    "combining marks": "Моско\u0301ва е\u0308ж и\u0306од",
    "control characters": "\x00Иван\x0b\x1cПетров\ufeff",
    "one long word": "а" * 100_000,
    "one long sentence": "предложение " * (PIECE_CHARS // 12 + 100),
    "no words at all": "!?…—«»" * 2_000,
}
TWIN_TEXTS = [TEXTS[name] for name in ("emoji", "line feeds", "combining marks")]
SLOW = pytest.mark.slow  # since spaCy reads every text
SPECS = [
    *shipped_specs(),
    "union:natasha+bilstm",
    "intersection:natasha:read+bilstm",
    "vote:1.5/natasha+bilstm*2",
    "rules:dates+money",
    "rules:dates+bilstm",
    pytest.param("vote:natasha+spacy+bilstm", marks=SLOW),
    pytest.param("union:(vote:natasha+spacy+bilstm)+bilstm@ne5", marks=SLOW),
]


@pytest.fixture(scope="module", params=SPECS)
def tagger(request: pytest.FixtureRequest, shipped: Callable[[str], Tagger]) -> Tagger:
    try:
        return shipped(request.param)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture
def news_tagger(tagger: Tagger) -> Tagger:
    """A tagger that says that it finds people, places and organisations in Russian."""
    if "ru" not in tagger.info.languages or not set(tagger.info.labels) >= NEWS_LABELS:
        pytest.skip(f"{tagger.info.name} is not for names in Russian news")
    return tagger


def check(tagger: Tagger, text: str) -> list[Entity]:
    """Returns the entities of a text, after checking what every tagger promises of them."""
    (found,) = tagger.tag([text])
    last = 0
    for entity in found:
        assert last <= entity.start < entity.end <= len(text)
        surface = text[entity.start : entity.end]
        assert surface == surface.strip()
        assert entity.label in tagger.info.labels
        assert (entity.score is None) == (tagger.info.score_kind == "none")
        assert entity.score is None or 0 <= entity.score <= 1
        last = entity.end
    return found


def test_a_tagger_says_what_it_is(tagger: Tagger) -> None:
    info = tagger.info
    assert info.name in BACKENDS
    assert info.version
    assert info.languages
    assert info.labels
    assert info.hash
    assert len(info.hash) == 64


@pytest.mark.parametrize("name", ["natasha", "spacy", "bilstm"])
def test_our_first_taggers_are_for_names_in_russian(
    shipped: Callable[[str], Tagger], name: str
) -> None:
    info = shipped(name).info
    assert info.languages == ("ru",)
    assert set(info.labels) == NEWS_LABELS


def test_finds_the_names_in_news(news_tagger: Tagger) -> None:
    (found,) = news_tagger.tag([NEWS.text])
    assert [e.span for e in found] == [e.span for e in NEWS.entities]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_answers_every_text(tagger: Tagger, text: str) -> None:
    check(tagger, text)


def test_finds_a_name_at_the_end_of_a_text_of_two_pieces(news_tagger: Tagger) -> None:
    finds_names_after(news_tagger, FILLER * (PIECE_CHARS // len(FILLER) + 1))


@pytest.mark.slow
def test_finds_a_name_at_the_end_of_a_megabyte(news_tagger: Tagger) -> None:
    finds_names_after(news_tagger, FILLER * (1_000_000 // len(FILLER.encode())))


def finds_names_after(tagger: Tagger, filler: str) -> None:
    text = filler + NEWS.text
    found = check(tagger, text)
    shift = len(text) - len(NEWS.text)
    assert [e.shift(-shift).span for e in found if e.start >= shift] == [
        e.span for e in NEWS.entities
    ]


def test_a_twin_answers_alike_beside_it_in_another_thread(tagger: Tagger) -> None:
    if not isinstance(tagger, Twinned):
        pytest.skip(f"{tagger.info.name} has no twins")
    twin = tagger.twin()
    assert twin.info == tagger.info
    parts = [f"{NEWS.text} {n}-й раз. {text}" for n in range(40) for text in TWIN_TEXTS]
    expected = tagger.tag(parts)
    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(lambda one: one.tag(parts), (tagger, twin))] == [expected, expected]


def test_no_texts_have_no_answers(tagger: Tagger) -> None:
    assert tagger.tag([]) == []


words = st.sampled_from(
    ["Иван", "Петров", "в", "Москве", "МИД", "«", "»", ".", "!", "-", "г.", "😀", "\n", "ООН", "и"]
)
texts = st.one_of(st.text(max_size=60), st.lists(words, max_size=20).map(" ".join))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(texts, max_size=4))
def test_an_answer_does_not_depend_on_its_batch(tagger: Tagger, batch: list[str]) -> None:
    for text in batch:
        check(tagger, text)
    assert tagger.tag(batch) == [tagger.tag([text])[0] for text in batch]
    assert tagger.tag(batch[::-1]) == tagger.tag(batch)[::-1]


def test_an_answer_does_not_depend_on_its_neighbours_in_news(
    tagger: Tagger, news: list[str]
) -> None:
    alone = [tagger.tag([text])[0] for text in news]
    assert tagger.tag(news) == alone
    assert tagger.tag(news[::-1]) == alone[::-1]
