"""The spaCy adapter: tokens of its own for endless words, memory, and errors."""

import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.errors import ModelError
from ner_service.taggers.registry import load_tagger
from ner_service.taggers.spacy import SpacyEngineTagger, SpacyTagger, entities_of, razdel_doc
from ner_service.types import Document, Tagger
from tests.pipelines import encoder, recogniser, tok2vec

VOCAB = spacy.blank("ru").vocab


@given(st.text(alphabet=" \n\tа.,-«»Яx1😀", max_size=40))
def test_a_document_of_our_tokens_is_the_text_itself(text: str) -> None:
    assert razdel_doc(VOCAB, text).text == text


def test_white_space_at_the_edges_of_an_entity_is_left_out() -> None:
    doc = spacy.blank("ru")("в  Москве \n тихо")
    doc.set_ents([spacy.tokens.Span(doc, 1, 4, "LOC")])
    (entity,) = entities_of(doc, doc.text, 100)
    assert entity.span == (103, 109, "LOC")


def ruled(folder: Path, patterns: list[dict[str, str]]) -> Path:
    """A pipeline of one rule, saved."""
    nlp = spacy.blank("ru")
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    nlp.to_disk(folder)
    return folder


def test_serves_any_pipeline_by_its_folder(tmp_path: Path) -> None:
    folder = ruled(tmp_path / "own", [{"label": "FRUIT", "pattern": "яблоко"}])
    tagger = load_tagger(f"spacy:{folder}")
    assert tagger.info.labels == ("FRUIT",)
    assert [e.span for e in tagger.tag(["вот яблоко"])[0]] == [(4, 10, "FRUIT")]


def test_a_text_over_the_pipelines_limit_is_read_in_pieces(tmp_path: Path) -> None:
    folder = ruled(tmp_path / "own", [{"label": "FRUIT", "pattern": "яблоко"}])
    tagger = load_tagger(f"spacy:{folder}")
    assert isinstance(tagger, SpacyTagger)
    tagger._max_chars = 30
    text = "Вот яблоко. " * 10
    assert [text[e.start : e.end] for e in tagger.tag([text])[0]] == ["яблоко"] * 10


def test_new_words_leave_nothing_behind() -> None:
    tagger = load_tagger("spacy@library")
    assert isinstance(tagger, SpacyTagger)
    strings = tagger._nlp.vocab.strings
    tagger.tag(["Разогрев"])
    before = len(strings)
    tagger.tag([" ".join(f"слово{n}" for n in range(k, k + 20)) for k in range(0, 2_000, 20)])
    assert len(strings) == before


def test_a_pipeline_without_entities_is_refused(tmp_path: Path) -> None:
    spacy.blank("ru").to_disk(tmp_path / "blank")
    with pytest.raises(ModelError, match="recognises no entities"):
        load_tagger(f"spacy:{tmp_path / 'blank'}")


@pytest.mark.parametrize(
    ("name", "content"),
    [("config.cfg", b"[nlp"), ("vocab/vectors", b""), ("vocab/lookups.bin", b"\x01")],
)
def test_a_damaged_pipeline_is_refused_in_one_line(
    name: str, content: bytes, tmp_path: Path
) -> None:
    folder = ruled(tmp_path / "own", [])
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"cannot be loaded: \S") as error:
        load_tagger(f"spacy:{folder}")
    assert "\n" not in str(error.value)


def test_a_missing_pipeline_names_those_that_are_there() -> None:
    with pytest.raises(ModelError, match="spacy-ru-news"):
        load_tagger("spacy:no_such_pipeline")


@pytest.mark.slow
def test_a_pipeline_is_loaded_anew_after_many_new_words(monkeypatch: pytest.MonkeyPatch) -> None:
    tagger = load_tagger("spacy@library")
    assert isinstance(tagger, SpacyTagger)
    texts = ["Анна живёт в Москве.", "Йцукен Фывапр уехал в Ячсмит.", "Газпром и МИД."]
    expected = tagger.tag(texts)
    first = tagger._nlp
    monkeypatch.setattr("ner_service.taggers.spacy.MOST_NEW_WORDS", 0)
    assert [tagger.tag([text])[0] for text in texts] == expected
    assert tagger._nlp is not first


TEXTS = [document.text for document in corpora.read(corpora.locate("own_news", None))]
KINDS = [document.text for document in corpora.read(corpora.locate("own_kinds_test", None))]


@pytest.mark.parametrize(
    "text", ["Иван " + "ы" * 600 + " в Москве", "в Москве\u00a0\u200b", *KINDS[:20]]
)
def test_the_engine_answers_as_the_library(shipped: Callable[[str], Tagger], text: str) -> None:
    assert shipped("spacy").tag([text]) == shipped("spacy@library").tag([text])


def test_news_have_the_librarys_answers(shipped: Callable[[str], Tagger]) -> None:
    assert shipped("spacy").tag(TEXTS) == shipped("spacy@library").tag(TEXTS)


def test_pipelines_say_what_computes_them(shipped: Callable[[str], Tagger], tmp_path: Path) -> None:
    ours, theirs = shipped("spacy").info, shipped("spacy@library").info
    assert (ours.computed_by, theirs.computed_by) == ("the engine", "spaCy, as asked")
    assert replace(ours, computed_by="") == replace(theirs, computed_by="")
    folder = ruled(tmp_path / "own", [{"label": "FRUIT", "pattern": "яблоко"}])
    reason = load_tagger(f"spacy:{folder}").info.computed_by
    assert reason == "spaCy, since it has a pipe entity_ruler (entity_ruler)"


def test_the_engine_keeps_no_new_word_of_a_text(shipped: Callable[[str], Tagger]) -> None:
    tagger = shipped("spacy")
    assert isinstance(tagger, SpacyEngineTagger)
    vocab = tagger._net.words._projector._attributes._vocab  # type: ignore[attr-defined]
    before = len(vocab), len(vocab.strings)
    tagger.tag([" ".join(f"слово{n}, т.ч. «дом{n}»" for n in range(500))])
    assert (len(vocab), len(vocab.strings)) == before


def test_a_pipeline_has_no_conventions() -> None:
    with pytest.raises(ModelError, match="spacy:spacy-ru-news@library"):
        load_tagger("spacy@ne5")


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("folder", "stride"), [("gold", 1), ("unlabelled", 8)])
def test_all_corpora_have_the_librarys_answers(
    shipped: Callable[[str], Tagger], corpora_root: Path, folder: str, stride: int
) -> None:
    """At most one entity in 10,000 differs, where two scores are equal but for rounding.

    spaCy reads 60,000 characters a second: gold text takes it three minutes of CPU, and as long
    every eighth document of the others.
    """
    ours, theirs = shipped("spacy"), shipped("spacy@library")
    documents = different = entities = 0
    for path in sorted(corpora_root.glob(f"{folder}/*.jsonl.gz")):
        if "_raw_" in path.name:  # the texts of others
            continue
        for document in islice(corpora.read(path, {"PRO": ""}), None, None, stride):
            expected, answer = (t.tag([document.text])[0] for t in (theirs, ours))
            documents, entities = documents + 1, entities + len(expected)
            different += len({*expected} ^ {*answer})
    print(f"spacy, {folder}: {different} of {entities} entities in {documents} documents differ")
    assert different <= entities / 10_000


def trained(folder: Path, documents: list[Document]) -> Path:
    """An English pipeline of another shape than the shipped one, trained a little, and saved."""
    config = recogniser(tok2vec(encoder(width=128, depth=3)), hidden_width=64)
    nlp = spacy.blank("en")
    ner = nlp.add_pipe("ner", config={"model": config})
    examples = []
    for document in documents:
        doc = nlp.make_doc(document.text)
        spans = [doc.char_span(e.start, e.end, e.label) for e in document.entities]
        doc.set_ents([span for span in spans if span])
        examples.append(spacy.training.Example(nlp.make_doc(document.text), doc))
    for label in ("PER", "LOC", "ORG", "MISC"):
        ner.add_label(label)
    optimizer = nlp.initialize()
    for _ in range(2):
        for batch in spacy.util.minibatch(examples, 16):
            nlp.update(batch, sgd=optimizer, drop=0.1)
    nlp.to_disk(folder)
    return folder


def cpu_seconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_pipeline_of_another_shape_has_spacys_answers_in_a_third_of_its_time(
    corpora_root: Path, tmp_path: Path
) -> None:
    train, dev = (
        [*corpora.read(corpora_root / f"gold/conll2003_en_{part}.jsonl.gz")]
        for part in ("train", "dev")
    )
    folder = trained(tmp_path / "english", train[:300])
    ours, theirs = load_tagger(f"spacy:{folder}"), load_tagger(f"spacy:{folder}@library")
    assert ours.info.computed_by == "the engine"
    texts = [document.text for document in [*dev, *train[300:]]]
    assert ours.tag(texts[:60]) == theirs.tag(texts[:60])
    assert sum(map(len, ours.tag(texts[:60]))) > 100
    nlp = spacy.load(folder)
    ratios = []
    for at in range(60, len(texts) - 60, 60):
        part = texts[at : at + 60]
        took = cpu_seconds(lambda part=part: ours.tag(part))  # type: ignore[misc]
        took_library = cpu_seconds(lambda part=part: [*nlp.pipe(part)])  # type: ignore[misc]
        ratios.append(took_library / took)
    print(f"another shape: {median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}) x spaCy")
    assert median(ratios) > 3
