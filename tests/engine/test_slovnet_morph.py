"""The engine of morphology against slovnet's own code, by way of natasha."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from natasha import NewsEmbedding, NewsMorphTagger
from natasha.data import NEWS_EMBEDDING, NEWS_MORPH
from natasha.morph.tagger import format_tag

from ner_service import corpora
from ner_service.engine import shorts, slovnet
from ner_service.engine.slovnet_morph import ROWS, MorphEngine
from ner_service.nets.navec import load_navec
from ner_service.text.sentences import sentenize
from ner_service.text.tokens import tokenize


@pytest.fixture(scope="module")
def library() -> Any:
    return NewsMorphTagger(NewsEmbedding())


@pytest.fixture(scope="module")
def engine() -> MorphEngine:
    return MorphEngine(Path(NEWS_MORPH), load_navec(Path(NEWS_EMBEDDING)))


@pytest.fixture(scope="module")
def sentences() -> list[list[str]]:
    documents = corpora.read(corpora.locate("own_news", None))
    return [words for document in documents for words in cut(document.text)]


def cut(text: str) -> Iterator[list[str]]:
    for start, end in sentenize(text):
        yield [token.text for token in tokenize(text[start:end])]


def slovnet_tags(library: Any, words: Sequence[str]) -> list[str]:
    return [format_tag(token.pos, token.feats) for token in library(words).tokens]


@pytest.mark.slow
def test_tags_of_own_news_are_slovnets(
    engine: MorphEngine, library: Any, sentences: list[list[str]]
) -> None:
    assert engine.tag(sentences) == [slovnet_tags(library, words) for words in sentences]


def test_short_products_change_scores_by_less_than_alike_tags_differ(
    engine: MorphEngine, sentences: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shorts, "AVAILABLE", False)
    exact = MorphEngine(Path(NEWS_MORPH), load_navec(Path(NEWS_EMBEDDING)))
    wanted = [range(len(words)) for words in sentences[:100]]
    error = abs(engine.scores(sentences[:100], wanted) - exact.scores(sentences[:100], wanted))
    assert error.max() < slovnet.ERROR


PARTS = (
    "Посол Израиля на Украине Йоэлю Лиону пришел в шок , узнав о МИД « Газпрома » ! ( ООН ) - "
    "Санкт-Петербурге И. Петровым-Водкиным ИВАНОВА Google 1 2020-х №7 😀 на"
)
words = st.sampled_from(PARTS.split())


@given(st.lists(st.lists(words, min_size=1, max_size=15), min_size=1, max_size=4))
def test_tags_of_made_sentences_are_slovnets(
    engine: MorphEngine, library: Any, sentences: list[list[str]]
) -> None:
    assert engine.tag(sentences) == [slovnet_tags(library, words) for words in sentences]


@given(st.data())
def test_some_words_have_the_scores_that_they_have_among_all(
    engine: MorphEngine, sentences: list[list[str]], data: st.DataObject
) -> None:
    numbers = st.lists(st.integers(0, len(sentences) - 1), min_size=1, max_size=6)
    some = [sentences[n] for n in data.draw(numbers)]
    places = [st.sets(st.integers(0, len(words) - 1)).map(sorted) for words in some]
    wanted = [data.draw(indices) for indices in places]
    whole = [engine.scores([words], [range(len(words))]) for words in some]
    expected = [rows[indices] for rows, indices in zip(whole, wanted, strict=True)]
    np.testing.assert_array_equal(engine.scores(some, wanted), np.concatenate(expected))


def test_more_words_than_are_read_at_once_have_the_same_scores(
    engine: MorphEngine, sentences: list[list[str]]
) -> None:
    alone = engine.scores(sentences, [[0] for _ in sentences])
    times = 1 + 2 * ROWS // len(sentences)
    many = engine.scores(sentences * times, [[0]] * len(sentences) * times)
    np.testing.assert_array_equal(many, np.tile(alone, (times, 1)))


def test_a_full_table_of_words_starts_anew(engine: MorphEngine, sentences: list[list[str]]) -> None:
    small = MorphEngine(Path(NEWS_MORPH), load_navec(Path(NEWS_EMBEDDING)), cache_bytes=0)
    assert small.tag(sentences) == engine.tag(sentences)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_tags_of_all_gold_corpora_are_slovnets(
    engine: MorphEngine, library: Any, corpora_root: Path
) -> None:
    """Slovnet itself takes about a minute for each million tokens."""
    differing = words_read = 0
    for file in sorted((corpora_root / "gold").glob("*.jsonl.gz")):
        if "_raw_" in file.name or "_en_" in file.name:  # raw ones hold the texts of others
            continue
        for document in corpora.read(file, {"PRO": ""}):
            for words in cut(document.text):
                theirs = slovnet_tags(library, words)
                differing += sum(map(str.__ne__, engine.tag([words])[0], theirs))
                words_read += len(words)
    assert differing < words_read / 20_000  # of two tags that score alike
