"""Sources are found in folders and by patterns, each with its format and the name of its output."""

from pathlib import Path

import pytest

from ner_service.bulk.job import Job
from ner_service.bulk.sources import Source, check_names, find_sources
from ner_service.corpora.texts import InputFormat
from ner_service.errors import ConfigError, CorpusError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    for name in (
        "y=1/a.jsonl",
        "y=2/a.jsonl",
        "b.CSV.gz",
        "c.txt",
        "d.log",
        ".hid.jsonl",
        "_x/e.jsonl",
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")
    return root


def find(
    *names: Path | str, input: InputFormat = InputFormat.auto, apart: str = "/nowhere"
) -> dict[str, InputFormat]:
    notes: list[str] = []
    sources = find_sources([str(name) for name in names], input, Path(apart), notes.append)
    return {source.name: source.format for source in sources}


def test_a_folder_has_its_visible_files_of_known_endings(folder: Path) -> None:
    notes: list[str] = []
    sources = find_sources([str(folder)], InputFormat.auto, Path("/nowhere"), notes.append)
    assert [source.name for source in sources] == [
        "b.CSV.gz",
        "c.txt",
        "y=1/a.jsonl",
        "y=2/a.jsonl",
    ]
    assert notes == ["1 file with other endings left out: d.log"]


def test_a_pattern_names_files_below_its_fixed_part(folder: Path) -> None:
    assert set(find(folder / "y=*/a.jsonl")) == {"y=1/a.jsonl", "y=2/a.jsonl"}
    below = {"_x/e.jsonl", "y=1/a.jsonl", "y=2/a.jsonl"}  # a pattern takes what it matches
    assert set(find(f"{folder}/**/*.jsonl")) == below


def test_files_are_named_below_the_folder_that_they_share(folder: Path) -> None:
    assert set(find(folder / "y=1/a.jsonl", folder / "y=2/a.jsonl")) == {
        "y=1/a.jsonl",
        "y=2/a.jsonl",
    }
    assert set(find(folder / "y=1/a.jsonl")) == {"a.jsonl"}


def test_a_format_that_is_named_is_that_of_all_files(folder: Path) -> None:
    assert find(folder, input=InputFormat.lines)["d.log"] is InputFormat.lines
    assert find(folder / "d.log") == {"d.log": InputFormat.text}


def test_the_output_below_the_input_is_not_read(folder: Path) -> None:
    assert set(find(folder, apart=str(folder / "y=2"))) == {"b.CSV.gz", "c.txt", "y=1/a.jsonl"}


@pytest.mark.parametrize(
    ("name", "format", "asked", "output"),
    [
        ("a.jsonl", "jsonl", "", "a.jsonl"),
        ("a.ndjson.gz", "jsonl", "", "a.ndjson.gz"),
        ("a.log", "jsonl", "", "a.log.jsonl"),
        ("a.txt", "text", "", "a.txt.jsonl"),
        ("a.txt.zst", "lines", "", "a.txt.jsonl.zst"),
        ("d/a.csv.gz", "csv", "jsonl", "d/a.jsonl.gz"),
        ("a.parquet", "parquet", "", "a.parquet"),
        ("a.parquet", "parquet", "jsonl", "a.jsonl"),
        ("a.b.tsv", "tsv", "", "a.b.tsv"),
    ],
)
def test_the_output_has_the_ending_of_its_format(
    name: str, format: str, asked: str, output: str
) -> None:
    source = Source(name, Path("in") / name, InputFormat(format))
    assert source.output_name(Job("natasha", format=asked)) == output


def test_two_files_are_not_written_to_one(folder: Path) -> None:
    (folder / "c.txt.jsonl").write_text("")
    sources = find_sources([str(folder)], InputFormat.auto, Path("/nowhere"), lambda _: None)
    with pytest.raises(ConfigError, match=r"c\.txt.* and .*c\.txt\.jsonl would both be written to"):
        check_names(sources, Job("natasha"))


def test_plain_text_has_no_columns(folder: Path) -> None:
    sources = find_sources(
        [str(folder / "c.txt")], InputFormat.auto, Path("/nowhere"), lambda _: None
    )
    with pytest.raises(ConfigError, match=r"c\.txt has no columns: leave the option out"):
        check_names(sources, Job("natasha", ("body",)))


def test_what_is_not_there_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no\.jsonl: No such file or directory"):
        find(folder / "no.jsonl")
    with pytest.raises(CorpusError, match=r"\*\.pdf: no file of \.jsonl, .* name the format"):
        find(folder / "*.pdf")
    with pytest.raises(ConfigError, match="is what is read, and the output"):
        find(folder, apart=str(folder))
