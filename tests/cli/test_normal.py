"""Commands `tag` and `silver` with `--normal`: which formats carry base forms, parts and names."""

import csv
import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import ner_service.cli  # noqa: F401  (registers the commands)
from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.cli.tag import NAMES, WITH_NORMAL
from ner_service.types import Parts

RECORD = {
    "id": 7,
    "text": "Суд отпустил Олега Берегового. Его ждут во Львовской области.",
    "names": "mine",
    "n": 1.50,
}
PARTS = {"first": "Олег", "middle": None, "last": "Береговой"}
PERSON = {"start": 13, "end": 29, "label": "PER", "text": "Олега Берегового", "score": None,
          "normal": "Олег Береговой", "parts": PARTS}  # fmt: skip
PLACE = {"start": 43, "end": 60, "label": "LOC", "text": "Львовской области", "score": None,
         "normal": "Львовская область"}  # fmt: skip
NAMED = [
    {"label": "PER", "normal": "Олег Береговой", "parts": PARTS, "mentions": [0]},
    {"label": "LOC", "normal": "Львовская область", "mentions": [1]},
]


@pytest.fixture
def tag(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run `tag --normal` by natasha on the record; return exit code, stdout and stderr."""
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps(RECORD, ensure_ascii=False), "utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        command = ["tag", "-t", "natasha", str(source), "--normal", *arguments]
        return run_command(partial(app, command)), *capfd.readouterr()

    return run


def test_json_lines_have_the_names_last_and_keep_no_others(tag: Any) -> None:
    code, out, _ = tag()
    assert code == 0
    assert json.dumps(json.loads(out)) == json.dumps(
        {"id": 7, "text": RECORD["text"], "n": 1.5, "entities": [PERSON, PLACE], "names": NAMED}
    )


def test_labels_that_are_not_asked_for_have_no_names(tag: Any) -> None:
    record = json.loads(tag("-l", "LOC")[1])
    assert record["entities"] == [PLACE]
    assert record["names"] == [NAMED[1] | {"mentions": [0]}]


def test_a_table_of_text_has_the_same_json_in_its_cells(tag: Any) -> None:
    for format, delimiter in (("csv", ","), ("tsv", "\t")):
        (row,) = csv.DictReader(io.StringIO(tag("-f", format)[1]), delimiter=delimiter)
        assert [*row] == ["id", "text", "n", "entities", "names"]
        assert json.loads(row["entities"]) == [PERSON, PLACE]
        assert json.loads(row["names"]) == NAMED


def test_parquet_has_columns_with_types(tag: Any, tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "out.parquet"
    assert tag("-o", str(target))[0] == 0
    (row,) = pq.read_table(target).to_pylist()
    assert row["entities"] == [PERSON, PLACE | {"parts": None}]
    assert row["names"] == [
        {"label": "PER", "normal": "Олег Береговой", "parts": PARTS, "mentions": [0]},
        {"label": "LOC", "normal": "Львовская область", "parts": None, "mentions": [1]},
    ]
    (document,) = corpora.read(target)
    assert document.entities[0].parts == Parts("Олег", None, "Береговой")


def test_label_studio_shows_the_base_form_beside_the_region(tag: Any) -> None:
    (task,) = json.loads(tag("-f", "labelstudio")[1])
    first, second = task["predictions"][0]["result"]
    assert first["meta"] == {"text": ["Олег Береговой"], "parts": PARTS}
    assert second["meta"] == {"text": ["Львовская область"]}
    assert task["data"]["names"] == NAMED


def test_people_see_base_forms_parts_and_counts(tag: Any) -> None:
    lines = tag("-f", "table")[1].splitlines()
    assert lines[1].endswith("Олега Берегового → Олег Береговой")
    assert lines[3].split() == [
        "×1",
        "PER",
        "Олег",
        "Береговой",
        "(first:",
        "Олег,",
        "last:",
        "Береговой)",
    ]
    page = tag("-f", "html")[1]
    assert 'title="Олег Береговой"' in page
    assert '<span class="tag hue-1">LOC</span> Львовская область' in page


@pytest.mark.parametrize("format", sorted({*NAMES} - {*WITH_NORMAL}))
def test_a_format_without_room_is_one_line_that_names_those_with(tag: Any, format: str) -> None:
    code, out, err = tag("-f", format)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "jsonl" in err


def test_silver_has_base_forms_and_goes_on_only_with_the_same_options(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps(RECORD, ensure_ascii=False), "utf-8")
    command = ["silver", str(source), "-o", str(target), "-t", "natasha", "--normal"]
    assert run_command(partial(app, command)) == 0
    record = json.loads(target.read_text("utf-8"))
    assert [entity["normal"] for entity in record["entities"]] == [
        "Олег Береговой",
        "Львовская область",
    ]
    assert record["names"] == NAMED
