"""The command `names`: what it writes for spans of every source, and what it refuses."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.types import Parts

TEXT = "Суд отпустил Олега Берегового. Береговой уехал в Москву."
ENTITIES = [[13, 29, "PER"], [31, 40, "PER"], [49, 55, "LOC"]]
RECORD = {"id": 7, "text": TEXT, "topic": "суд", "entities": ENTITIES}


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Return the exit code, and what stands on stderr; nothing stands on stdout."""
    capfd.readouterr()
    code = run_command(partial(app, ["names", *arguments]))
    out, err = capfd.readouterr()
    assert out == ""
    return code, err


def write(folder: Path, *records: Any) -> str:
    path = folder / "in.jsonl"
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    path.write_text("".join(lines), "utf-8")
    return str(path)


def test_spans_get_base_forms_parts_and_names(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.jsonl"
    code, err = run(capfd, write(tmp_path, RECORD), "-o", str(target))
    assert (code, err.count("\n")) == (0, 1)
    parts = {"first": "Олег", "middle": None, "last": "Береговой"}
    assert json.loads(target.read_text("utf-8")) == {
        "id": 7,
        "text": TEXT,
        "topic": "суд",
        "names": [
            {"label": "PER", "normal": "Олег Береговой", "parts": parts, "mentions": [0, 1]},
            {"label": "LOC", "normal": "Москва", "mentions": [2]},
        ],
        "entities": [
            {"start": 13, "end": 29, "label": "PER", "normal": "Олег Береговой", "parts": parts},
            {
                "start": 31,
                "end": 40,
                "label": "PER",
                "normal": "Береговой",
                "parts": {"first": None, "middle": None, "last": "Береговой"},
            },
            {"start": 49, "end": 55, "label": "LOC", "normal": "Москва"},
        ],
    }


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet", "jsonl.gz"])
def test_base_forms_and_parts_are_read_again_from_what_was_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], ending: str
) -> None:
    if ending == "parquet":
        pytest.importorskip("pyarrow")
    target = tmp_path / f"out.{ending}"
    assert run(capfd, write(tmp_path, RECORD), "-o", str(target))[0] == 0
    (document,) = corpora.read(target)
    assert [entity.normal for entity in document.entities] == [
        "Олег Береговой",
        "Береговой",
        "Москва",
    ]
    assert document.entities[0].parts == Parts(first="Олег", last="Береговой")
    assert document.entities[2].parts is None


def test_label_studio_shows_base_forms_beside_regions(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out.json"
    assert run(capfd, write(tmp_path, RECORD), "-o", str(target))[0] == 0
    (task,) = json.loads(target.read_text("utf-8"))
    regions = task["annotations"][0]["result"]
    assert [region["meta"]["text"] for region in regions] == [
        ["Олег Береговой"], ["Береговой"], ["Москва"],
    ]  # fmt: skip
    assert task["data"]["names"][0]["mentions"] == [0, 1]


def test_several_corpora_of_several_formats_become_one(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    conll = tmp_path / "in.conll"
    conll.write_text("В O\nМоскве B-LOC\n\n", "utf-8")
    target = tmp_path / "out.jsonl"
    code, err = run(
        capfd, write(tmp_path, RECORD, RECORD), str(conll), "own_news", "-o", str(target)
    )
    assert (code, err.count("\n")) == (0, 3)
    documents = list(corpora.read(target))
    own = list(corpora.read(corpora.locate("own_news", None)))
    assert len(documents) == 3 + len(own)
    assert [d.entities for d in documents[3:]] == [d.entities for d in own]
    assert documents[2].entities[0].normal == "Москва"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["in.jsonl", "-o", "out.conll"], "the format conll has no place for base forms: name a"),
        (["in.jsonl", "-o", "out"], "the format brat has no place for base forms"),
        (["in.jsonl", "-o", "out.nosuch"], "unknown format: expected .jsonl"),
        (["nosuch", "-o", "out.jsonl"], "corpus 'nosuch': no such file"),
        (["in.jsonl", "-o", "in.jsonl"], "is what is read, and would be lost"),
        (["empty.jsonl", "-o", "out.jsonl"], "hold no documents: name corpora"),
        (["overlap.jsonl", "-o", "out.jsonl"], "0:3 PER and 2:6 PER overlap; keep one"),
        (["beyond.jsonl", "-o", "out.jsonl"], "beyond the text"),
    ],
)
def test_what_cannot_be_is_one_line_and_writes_nothing(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NER_CORPORA", "")
    write(tmp_path, RECORD)
    (tmp_path / "empty.jsonl").write_text("", "utf-8")
    spans = {"overlap": [[0, 4, "PER"], [2, 6, "PER"]], "beyond": [[0, 99, "PER"]]}
    for name, entities in spans.items():
        record = {"text": TEXT, "entities": entities}
        (tmp_path / f"{name}.jsonl").write_text(json.dumps(record) + "\n", "utf-8")
    before = sorted(tmp_path.iterdir())
    code, err = run(capfd, *arguments)
    assert (code, err.count("\n")) == (2, 1)
    assert message in err
    assert sorted(tmp_path.iterdir()) == before
