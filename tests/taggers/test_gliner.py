"""GLiNER finds any labels that it is asked for; its model is tiny, and made here."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.errors import ModelError
from ner_service.taggers.gliner import (
    GlinerTagger,
    Source,
    parse_source,
    windows_of,
    without_overlap,
)
from ner_service.taggers.registry import load_tagger
from ner_service.types import Entity, OpenLabels, ask_labels
from tests.taggers.test_contract import TEXTS, check
from tests.taggers.tiny_models import make_gliner

TEXT = "Анна Каренина живёт в Москве. Иван и Анна."


@pytest.mark.parametrize(
    ("source", "parsed"),
    [
        ("urchade/x", Source("urchade/x")),
        ("x@бренд|вид болезни", Source("x", ("бренд", "вид болезни"))),
        ("x@0.3", Source("x", threshold=0.3)),
        ("x@бренд|бренд@0.3", Source("x", ("бренд",), 0.3)),
    ],
)
def test_a_source_has_labels_and_a_threshold(source: str, parsed: Source) -> None:
    assert parse_source(source) == parsed


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x@a||b", "expected 1 to 100 labels that are not empty"),
        ("x@", "expected 1 to 100 labels that are not empty"),
        ("x@1.5", "expected a threshold of 0 to 1"),
        ("x@0.0.1", "expected a threshold of 0 to 1"),
    ],
)
def test_a_wrong_source_is_one_line(source: str, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        parse_source(source)


@given(st.integers(0, 200), st.integers(1, 40))
def test_each_word_is_owned_by_one_window(words: int, most: int) -> None:
    windows = [*windows_of(words, most)]
    assert [n for w in windows for n in range(w.own_start, w.own_end)] == [*range(words)]
    for window in windows:
        assert 0 < window.end - window.start <= most
        assert window.start <= window.own_start < window.own_end <= window.end


def test_of_entities_that_overlap_the_surer_stays() -> None:
    sure, less, apart = Entity(3, 8, "A", 0.9), Entity(0, 5, "B", 0.6), Entity(9, 10, "B", 0.5)
    assert without_overlap([less, sure, apart]) == [sure, apart]


class Splitter:
    """Words are cut at white space."""

    def __call__(self, text: str) -> list[tuple[str, int, int]]:
        at, words = 0, []
        for word in text.split():
            at = text.index(word, at)
            words.append((word, at, at + len(word)))
            at += len(word)
        return words


class Scripted:
    """A model that finds each word as the label of the same letters, and reads few words."""

    def __init__(self, most: int) -> None:
        self.config = type("Config", (), {"max_len": most})()
        self.data_processor = type("Processor", (), {"words_splitter": Splitter()})()
        self.sizes: list[int] = []

    def predict_entities(
        self, text: str, labels: Sequence[str], **options: object
    ) -> list[dict[str, object]]:
        self.sizes.append(len(text.split()))
        return [
            {"start": start, "end": end, "label": word.lower(), "score": 0.75}
            for word, start, end in Splitter()(text)
            if word.lower() in labels
        ]


def scripted(most: int = 8) -> GlinerTagger:
    return GlinerTagger(Scripted(most), Source("scripted", ("омск", "PER")), "")


def test_a_long_text_is_read_in_windows_with_exact_offsets() -> None:
    tagger = scripted()
    text = "😀 в  Омск едет person \n" * 40
    (entities,) = tagger.tag([text])
    assert [(text[e.start : e.end], e.label) for e in entities] == [
        ("Омск", "омск"),
        ("person", "PER"),
    ] * 40
    assert max(tagger._model.sizes) == 8


def test_labels_are_those_that_are_asked_for() -> None:
    tagger = scripted()
    assert isinstance(tagger, OpenLabels)
    asked = ask_labels(tagger, ["в", "в"])
    assert asked.info.labels == ("в",)
    assert [e.label for e in asked.tag(["Омск в Омск"])[0]] == ["в"]
    assert ask_labels(tagger, []) is tagger
    assert tagger.info.open_labels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("gliner")
    path = tmp_path_factory.mktemp("gliner") / "tiny"
    make_gliner(path)
    return path


@pytest.mark.slow
@pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
)
def test_a_model_keeps_the_promises_of_a_tagger(folder: Path) -> None:
    tagger = load_tagger(f"gliner:{folder}@0.01")
    assert tagger.info.labels == ("PER", "LOC", "ORG")
    assert tagger.info.score_kind == "raw"
    found = check(tagger, TEXT * 5)
    assert found
    assert {e.label for e in found} <= {"PER", "LOC", "ORG"}
    assert all(0 <= (e.score or 0) <= 1 for e in found)
    assert tagger.tag([TEXT, TEXT * 5]) == [*tagger.tag([TEXT]), *tagger.tag([TEXT * 5])]
    for text in TEXTS.values():
        check(tagger, text[:500])
    other = ask_labels(tagger, ["бренд", "болезнь"])
    assert {e.label for e in check(other, TEXT)} <= {"бренд", "болезнь"}
    assert [
        e for e in load_tagger(f"gliner:{folder}@0.99").tag([TEXT])[0] if (e.score or 0) < 0.99
    ] == []


@pytest.mark.slow
def test_what_is_no_model_is_one_line(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "empty").mkdir()
    for name, kept in {"pickle": ".json", "damaged": ".json"}.items():
        (tmp_path / name).mkdir()
        for file in folder.iterdir():
            if file.suffix == kept:
                (tmp_path / name / file.name).write_bytes(file.read_bytes())
    (tmp_path / "damaged" / "model.safetensors").write_bytes(b"nothing")
    for source, message in {
        str(tmp_path / "empty"): "has no gliner_config.json: name the folder",
        str(tmp_path / "pickle"): "has no model.safetensors, and pickles are not loaded",
        str(tmp_path / "damaged"): "cannot be loaded: ",
        "../nowhere/at/all": "no such folder, nor a name of the hub",
    }.items():
        with pytest.raises(ModelError, match=message) as error:
            load_tagger(f"gliner:{source}")
        assert "\n" not in str(error.value)
