"""The documents for spaCy are those of a training configuration, as the service reads texts."""

from pathlib import Path

import pytest

from ner_service import corpora

TEXTS = (
    '{"id": "a", "text": "Анна Петрова живёт в Москве.", "entities": [[0, 12, "PER"], [21, 27, "LOC"]]}',
    '{"id": "b", "text": "Пётр уехал.", "entities": [[0, 4, "PER"]]}',
)
CONFIG = """
name = "small"
output = "out"
data.train = [{{ path = "{path}", weight = 3 }}]
data.dev = [{{ path = "{path}" }}]
augmentation.case = {case}
train.seed = 1
"""


def _written(folder: Path, case: float) -> list[tuple[str, list[str]]]:
    from benchmarks.spacy_documents import write

    gold = folder / "gold.jsonl"
    gold.write_text("\n".join(TEXTS), encoding="utf-8")
    config = folder / "small.toml"
    config.write_text(CONFIG.format(path=gold, case=case), encoding="utf-8")
    write(config, folder / "parts")
    return [
        (document.text, [document.text[e.start : e.end] for e in document.entities])
        for document in corpora.read(folder / "parts" / "00.spacy")
    ]


def test_each_document_comes_as_often_as_its_corpus_weighs(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    written = _written(tmp_path, case=0)
    assert sorted(written) == sorted(
        3 * [("Анна Петрова живёт в Москве.", ["Анна Петрова", "Москве"])]
        + 3 * [("Пётр уехал.", ["Пётр"])]
    )


def test_entities_stand_in_the_changed_text(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    written = _written(tmp_path, case=0.999)
    assert {text for text, _ in written} <= {
        form
        for text in ("Анна Петрова живёт в Москве.", "Пётр уехал.")
        for form in (text.lower(), text.upper())
    }
    assert all(name.lower() in ("анна петрова", "москве", "пётр") for _, e in written for name in e)
