"""The engine against slovnet itself, and natasha's answers against natasha's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from natasha import NewsEmbedding, NewsNERTagger
from natasha.data import NEWS_EMBEDDING, NEWS_NER
from slovnet.bio import bio_spans
from slovnet.const import WORD
from slovnet.exec.pack import Pack
from slovnet.token import Token

from ner_service import corpora
from ner_service.engine import shorts, slovnet
from ner_service.errors import ModelError
from ner_service.nets.navec import load_navec
from ner_service.taggers.registry import load_tagger
from ner_service.text.tokens import tokenize
from ner_service.types import Tagger

TAGS = ["<pad>", "O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
Spans = list[tuple[int, int, str]]


@pytest.fixture(scope="module")
def library() -> Any:
    return NewsNERTagger(NewsEmbedding())


@pytest.fixture(scope="module")
def net() -> slovnet.SlovnetModel:
    return slovnet.load(Path(NEWS_NER))


@pytest.fixture(scope="module")
def engine(net: slovnet.SlovnetModel) -> slovnet.Engine:
    return slovnet.Engine(net, load_navec(Path(NEWS_EMBEDDING)))


@pytest.fixture(scope="module")
def units() -> list[list[str]]:
    documents = corpora.read(corpora.locate("own_news", None))
    return [[token.text for token in tokenize(document.text)] for document in documents]


def scores(engine: slovnet.Engine, *units: Sequence[str]) -> list[slovnet.Floats]:
    """The emissions of each unit, all read together."""
    edge = [slovnet.GAP] * slovnet.REACH
    words = [*edge, *(word for unit in units for word in [*unit, slovnet.GAP]), *edge[1:]]
    rows = engine.emissions(words)
    ends = np.cumsum([len(unit) + 1 for unit in units]) + slovnet.REACH - 1
    return [rows[end - len(unit) : end] for unit, end in zip(units, ends, strict=True)]


def slovnet_scores(library: Any, unit: Sequence[str]) -> slovnet.Floats:
    (inputs,) = library.infer.encoder([unit])
    (rows,) = library.infer.model(inputs.word_id, inputs.shape_id, inputs.pad_mask)
    return np.asarray(rows)


def asked(tagger: Any, text: str) -> Spans:
    """What natasha answers; it fails where there are no words."""
    return [(s.start, s.stop, s.type) for s in tagger(text).spans] if text.strip() else []


def test_emissions_are_slovnets(
    engine: slovnet.Engine, library: Any, units: list[list[str]]
) -> None:
    for unit in [*units, ["слово"], ["Анна", "!"], [*chain(*units)][: 2 * slovnet.BLOCK + 7]]:
        np.testing.assert_allclose(
            scores(engine, unit)[0], slovnet_scores(library, unit), atol=1e-4
        )


def test_a_row_is_the_same_to_the_last_bit_whatever_stands_beside_its_unit(
    engine: slovnet.Engine, units: list[list[str]]
) -> None:
    alone = [scores(engine, unit)[0] for unit in units]
    for order in (units, units[::-1]):
        for unit, rows in zip(order, scores(engine, *order), strict=True):
            np.testing.assert_array_equal(rows, alone[units.index(unit)])


@pytest.mark.skipif(not shorts.AVAILABLE, reason="this processor has no short products")
def test_short_products_leave_every_entity_and_score_within_the_error(
    net: slovnet.SlovnetModel,
    engine: slovnet.Engine,
    units: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = [slovnet.GAP] * slovnet.REACH
    for unit in units:
        words += [*unit, slovnet.GAP]
    words += [slovnet.GAP] * slovnet.REACH
    error = abs(engine._network.quick_scores(words) - engine.emissions(words))
    assert 0 < error.max() < slovnet.ERROR / 2
    quick = engine.tag(units)
    monkeypatch.setattr(shorts, "AVAILABLE", False)
    assert slovnet.Engine(net, load_navec(Path(NEWS_EMBEDDING))).tag(units) == quick


def test_a_full_table_starts_anew_and_answers_the_same(
    net: slovnet.SlovnetModel, engine: slovnet.Engine, units: list[list[str]]
) -> None:
    small = slovnet.Engine(net, load_navec(Path(NEWS_EMBEDDING)), cache_bytes=0)
    for unit in [["слово", *map(str, range(5_000)), "Москва"], *units]:
        np.testing.assert_array_equal(scores(small, unit)[0], scores(engine, unit)[0])


def test_a_word_too_long_for_the_table_has_its_shape(engine: slovnet.Engine, library: Any) -> None:
    for word in ("а" * 999, "А" * 999, "Иван" + "о" * 99, "!" * 999, "7" * 999, "ж-" * 99):
        unit = ["Приехал", word, "из", word, "."]
        np.testing.assert_allclose(
            scores(engine, unit)[0], slovnet_scores(library, unit), atol=1e-4
        )


def test_the_words_of_the_net_are_those_of_its_vectors() -> None:
    with Pack(NEWS_NER) as pack:
        vocab = pack.load_vocab(WORD)
    navec = load_navec(Path(NEWS_EMBEDDING))
    numbers = vocab.item_ids | {"<unk>": -1, "<pad>": -1}
    assert navec.words.ids([*numbers]).tolist() == [*numbers.values()]
    assert navec.words.ids(["", "нетакогослова"]).tolist() == [-1, -1]
    assert navec.unknown == vocab.unk_id


@pytest.mark.slow
def test_vectors_are_navecs() -> None:
    ours, navec = load_navec(Path(NEWS_EMBEDDING)), NewsEmbedding()
    words = ["москва", "и", "<unk>"]
    ids = np.array([*ours.words.ids(words[:2]), ours.unknown])
    np.testing.assert_array_equal(ours.rows(ids), [navec[word] for word in words])


def test_a_net_over_other_vectors_is_refused(net: slovnet.SlovnetModel) -> None:
    navec = replace(load_navec(Path(NEWS_EMBEDDING)), id="hudlit")
    with pytest.raises(ModelError, match="not hudlit"):
        slovnet.Engine(net, navec)


@given(st.lists(st.lists(st.sampled_from(range(len(TAGS))), min_size=1, max_size=9), min_size=1))
def test_any_tags_are_read_as_slovnet_reads_them(paths: list[list[int]]) -> None:
    lengths = np.array([len(path) for path in paths])
    acts = np.array([slovnet.ACTS.get(tag[0], slovnet.PASS) for tag in TAGS])
    places = np.cumsum(lengths) - lengths, lengths
    found = slovnet.read_entities(np.array([*chain(*paths)]), *places, acts).tolist()
    expected = [
        (n, span.start, span.stop, span.type)
        for n, path in enumerate(paths)
        for span in bio_spans([Token(i, i + 1, "") for i in range(9)], [TAGS[t] for t in path])
    ]
    assert [(n, start, end, TAGS[tag][2:]) for n, start, end, tag in found] == expected


PARTS = (
    "Посол Израиля на Украине Йоэль Лион пришел в шок , узнав о МИД России « Газпром » ! ? . ... г. "
    "( ООН ) - Санкт-Петербург Иван И. Петров-Водкин ИВАНОВ Google yahoo! 1 2020-х №7 😀 <unk> <pad>"
)
words = st.sampled_from(PARTS.split())
texts = st.one_of(
    st.lists(words, max_size=40).map(" ".join),
    st.lists(words, max_size=20).map("".join),
    st.text(max_size=60),
)


@given(st.lists(texts, max_size=4))
def test_made_texts_have_natashas_answers(library: Any, tagger: Tagger, texts: list[str]) -> None:
    found = [[entity.span for entity in entities] for entities in tagger.tag(texts)]
    assert found == [asked(library, text) for text in texts]


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load_tagger("natasha")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_all_corpora_have_natashas_answers(
    library: Any, tagger: Tagger, corpora_root: Path
) -> None:
    """Six million tokens; natasha itself takes several minutes for them."""
    texts = [*_texts(corpora_root)]
    different = [text for text in texts if asked(library, text) != _spans(tagger, text)]
    print(f"natasha: {len(different)} of {len(texts)} documents differ")
    assert not different


def _texts(root: Path) -> Iterator[str]:
    """Every Russian text there is; raw corpora hold the texts of others."""
    for path in sorted([*root.glob("gold/*.jsonl.gz"), *root.glob("unlabelled/*.jsonl.gz")]):
        if "_en_" not in path.name and "_raw_" not in path.name:
            yield from (document.text for document in corpora.read(path, {"PRO": ""}))


def _spans(tagger: Tagger, text: str) -> Spans:
    (found,) = tagger.tag([text])
    return [entity.span for entity in found]
