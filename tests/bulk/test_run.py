"""A bulk run writes a folder like the one it reads, whatever ends it in the middle."""

import csv
import errno
import gzip
import io
import json
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow")
import pyarrow.parquet

from ner_service.bulk import chunk, run
from ner_service.bulk.annotator import Annotator
from ner_service.bulk.forms import lines, parquet, sheets
from ner_service.bulk.job import Job
from ner_service.bulk.place import WORK, Place
from ner_service.bulk.run import Advance
from ner_service.bulk.sources import find_sources
from ner_service.corpora.texts import InputFormat
from ner_service.errors import ConfigError, CorpusError
from tests.bulk.capitals import TEXTS, Capitals, annotator, write_corpus

SMALL = 300  # bytes of a chunk, so that small files have several


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power cut is tested here
    for module in (lines, parquet, sheets):
        monkeypatch.setattr(module, "CHUNK_BYTES", SMALL)
    monkeypatch.setattr(parquet, "GROUP_BYTES", 4 * SMALL)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus") / "in"
    write_corpus(folder)
    return folder


def tag(
    source: Path, output: Path, workers: int = 1, loaded: Annotator | None = None
) -> list[Advance]:
    """Run a job over a folder or file; return its advances."""
    advances: list[Advance] = []
    place = Place(output)
    sources = find_sources([str(source)], InputFormat.auto, output, lambda _: None)
    run.run(loaded or annotator(), sources, place, workers, advances.append)
    return advances


def contents(folder: Path) -> dict[str, bytes]:
    """Return the bytes of all files below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def uninterrupted(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("whole") / "out"
    with pytest.MonkeyPatch.context() as patch:
        for module in (lines, parquet, sheets):
            patch.setattr(module, "CHUNK_BYTES", SMALL)
        patch.setattr(parquet, "GROUP_BYTES", 4 * SMALL)
        tag(corpus, output)
    return output


def found_in(text: str | None) -> list[dict[str, Any]] | None:
    """Return the entities of a text as the output has them."""
    if text is None:
        return None
    (entities,) = Capitals().tag([text])
    return [
        {
            "start": e.start,
            "end": e.end,
            "label": e.label,
            "text": text[e.start : e.end],
            "score": 0.5,
        }
        for e in entities
    ]


def test_the_output_has_a_file_for_each_that_is_read_and_nothing_else(uninterrupted: Path) -> None:
    assert set(contents(uninterrupted)) == {
        *("a.jsonl", "sub/b.ndjson.gz", "c.csv", "d.tsv.zst", "sub/e.parquet"),
        *("f.txt.jsonl", "empty.jsonl", "_ner-service.jsonl"),
    }


def test_json_lines_keep_every_field_and_get_entities(corpus: Path, uninterrupted: Path) -> None:
    lines_in = [line for line in (corpus / "a.jsonl").read_text().split("\n") if line]
    for raw, tagged in zip(
        lines_in, (uninterrupted / "a.jsonl").read_text().splitlines(), strict=True
    ):
        record = json.loads(raw)
        assert json.loads(tagged) == {**record, "entities": found_in(record["text"])}
        assert '"a":[1.50,null]' in tagged  # numbers as they were written
    packed = gzip.decompress((uninterrupted / "sub/b.ndjson.gz").read_bytes()).decode()
    assert packed == (uninterrupted / "a.jsonl").read_text()


def test_tables_keep_their_columns_cells_and_delimiter(uninterrupted: Path) -> None:
    cells = (uninterrupted / "c.csv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(cells, newline=""), delimiter=";"))
    assert rows[0] == ["zip", "text", "remark", "entities"]
    assert [row[:3] for row in rows[1:]] == [[f"{n:05}", t, 'a"b'] for n, t in enumerate(TEXTS * 3)]
    assert [json.loads(row[3]) for row in rows[1:]] == [found_in(text) for text in TEXTS * 3]
    packed = io.BytesIO((uninterrupted / "d.tsv.zst").read_bytes())
    plain = pyarrow.input_stream(packed, compression="zstd").read().decode()
    assert plain.startswith("n\ttext\tentities\n")
    assert plain.count("\n") == 1 + 3 * len(TEXTS)


def test_parquet_keeps_columns_and_types_and_a_null_stays_null(
    corpus: Path, uninterrupted: Path
) -> None:
    before = pyarrow.parquet.read_table(corpus / "sub/e.parquet")
    after = pyarrow.parquet.read_table(uninterrupted / "sub/e.parquet")
    assert after.select(before.column_names).equals(before)
    assert after.column_names == [*before.column_names, "entities"]
    assert after["entities"].to_pylist() == [found_in(text) for text in before["text"].to_pylist()]
    groups = pyarrow.parquet.ParquetFile(uninterrupted / "sub/e.parquet").metadata
    assert groups.num_row_groups < 12  # chunks are joined
    assert groups.row_group(0).column(0).compression == "ZSTD"


def test_a_whole_text_has_the_name_of_its_file(uninterrupted: Path) -> None:
    record = json.loads((uninterrupted / "f.txt.jsonl").read_text())
    assert record == {"id": "f.txt", "text": TEXTS[0], "entities": found_in(TEXTS[0])}


def test_several_workers_write_the_same_bytes(
    corpus: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    tag(corpus, tmp_path / "out", workers=3)
    assert contents(tmp_path / "out") == contents(uninterrupted)


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run work in a child process that is killed at its n-th lasting change of the disk.

    The steps are each `fsync`, and each name that a file takes, which comes next. Return whether
    the child came so far.
    """
    child = os.fork()
    if child:
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    count = 0

    def reach() -> None:
        nonlocal count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)

    replace = Path.replace

    def sync(descriptor: int) -> None:
        reach()

    def rename(path: Path, target: Path) -> Path:
        reach()
        return replace(path, target)

    os.fsync, Path.replace = sync, rename  # type: ignore[assignment,method-assign]
    try:
        work()
    finally:
        os._exit(0)


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_ends_with_the_same_bytes(tmp_path: Path) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        records = [json.dumps({"text": text}, ensure_ascii=False) for text in TEXTS * 2]
        (source / name).write_text("\n".join(records))
    table = pyarrow.table({"text": TEXTS * 3})
    pyarrow.parquet.write_table(table, source / "c.parquet")
    tag(source, tmp_path / "whole")
    whole = contents(tmp_path / "whole")
    step = 1
    while killed_at(step, partial(tag, source, output := tmp_path / f"out{step}")):
        advances = tag(source, output)
        assert contents(output) == whole, step
        assert sum(advance.counts.texts for advance in advances) == 7 * len(TEXTS)
        step += 1
    assert step > 15


def test_what_an_earlier_run_did_is_not_done_again(tmp_path: Path, corpus: Path) -> None:
    output = tmp_path / "out"
    assert killed_at(15, lambda: tag(corpus, output))
    advances = tag(corpus, output)
    assert any(not advance.is_new for advance in advances)
    assert any(advance.is_new for advance in advances)
    assert not any(advance.is_new for advance in tag(corpus, output))  # now all is there


def test_a_chunk_that_changed_between_two_runs_is_tagged_anew(tmp_path: Path) -> None:
    source, output = tmp_path / "a.jsonl", tmp_path / "out"
    good = [json.dumps({"text": f"Анна {n}"}, ensure_ascii=False) for n in range(60)]
    source.write_text("\n".join([*good[:50], '{"text": 7}', *good[50:]]))
    with pytest.raises(CorpusError, match=r"a\.jsonl:51: text: expected a string, found int"):
        tag(source, output)
    source.write_text("\n".join(good))
    advances = tag(source, output)
    assert {advance.is_new for advance in advances} == {True, False}
    tag(source, tmp_path / "afresh")
    assert (output / "a.jsonl").read_bytes() == (tmp_path / "afresh/a.jsonl").read_bytes()


def test_a_finished_file_that_changed_is_tagged_anew(tmp_path: Path) -> None:
    source, output = tmp_path / "a.jsonl", tmp_path / "out"
    source.write_text('{"text": "Анна"}\n')
    tag(source, output)
    source.write_text('{"text": "Мария тут"}\n')
    tag(source, output)
    assert json.loads((output / "a.jsonl").read_text())["text"] == "Мария тут"


def test_a_ledger_that_a_crash_cut_short_is_mended(
    corpus: Path, uninterrupted: Path, tmp_path: Path
) -> None:
    tag(corpus, tmp_path / "out")
    ledger = tmp_path / "out" / "_ner-service.jsonl"
    ledger.write_bytes(ledger.read_bytes()[:-9])
    tag(corpus, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(uninterrupted)


def test_a_damaged_segment_is_made_again(tmp_path: Path, corpus: Path, uninterrupted: Path) -> None:
    output = tmp_path / "out"
    assert killed_at(15, lambda: tag(corpus, output))
    segments = [p for p in (output / ".ner-service").rglob("0*") if p.is_file()]
    assert segments
    for n, path in enumerate(segments):
        data = path.read_bytes()
        path.write_bytes(data[: 9 * n] if n % 2 else data[:-1] + b"\0")  # cut short, or altered
    tag(corpus, output)
    assert contents(output) == contents(uninterrupted)


def test_a_disk_without_locks_can_be_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.lockf", refuse)
    place = Place(tmp_path / "out")
    place.work.mkdir(parents=True)
    with place.lock():
        assert (place.work / "lock").exists()
    assert not place.work.exists()


def test_two_runs_do_not_write_to_one_place(corpus: Path, tmp_path: Path) -> None:
    place = Place(tmp_path / "out")
    place.prepare()
    child = os.fork()
    if not child:  # a lock is of a process
        code = 1
        with place.lock():
            again = os.fork()
            if not again:
                try:
                    with place.lock():
                        os._exit(0)
                except ConfigError as error:
                    os._exit(7 if "another run writes there" in str(error) else 1)
            code = os.waitstatus_to_exitcode(os.waitpid(again, 0)[1])
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_another_job_does_not_go_on_from_this_one(corpus: Path, tmp_path: Path) -> None:
    tag(corpus, tmp_path / "out")
    with pytest.raises(
        ConfigError, match=r'another job \(labels: \[\], now \["ORG"\]\): name another'
    ):
        tag(corpus, tmp_path / "out", loaded=annotator(labels=("ORG",)))
    assert not (tmp_path / "out" / WORK).exists()


@pytest.mark.parametrize("line", ["garbage", "[1]", '{"a": 1}', "", "\udc80"])
@pytest.mark.parametrize("number", [0, 1])
def test_a_ledger_that_is_none_is_refused(
    corpus: Path, tmp_path: Path, line: str, number: int
) -> None:
    tag(corpus, tmp_path / "out")
    ledger = tmp_path / "out" / "_ner-service.jsonl"
    lines = ledger.read_text().splitlines()
    lines[number] = line
    ledger.write_text("\n".join(lines) + "\n", errors="surrogateescape")
    with pytest.raises(ConfigError, match=r"was changed: name another|of another job"):
        tag(corpus, tmp_path / "out")


def test_a_folder_with_other_files_is_left_alone(corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(ConfigError, match="holds other files"):
        tag(corpus, tmp_path)
    assert contents(tmp_path) == {"mine.txt": b"x"}


def test_several_columns_have_their_entities_each(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"head": "Анна", "body": null, "text": "Омск"}\n')
    tag(tmp_path / "a.jsonl", tmp_path / "out", loaded=annotator(columns=("head", "body")))
    assert json.loads((tmp_path / "out/a.jsonl").read_text()) == {
        **{"head": "Анна", "body": None, "text": "Омск"},
        **{"head_entities": found_in("Анна"), "body_entities": None},
    }


def test_parquet_says_who_found_an_entity_where_several_might_have(tmp_path: Path) -> None:
    texts = pyarrow.table({"text": ["5 мая 2020 года и 7 рублей", None, "Анна"]})
    pyarrow.parquet.write_table(texts, tmp_path / "a.parquet")
    loaded = Annotator.load(Job("rules:dates+money"))
    tag(tmp_path / "a.parquet", tmp_path / "out", loaded=loaded)
    found, empty, none = pyarrow.parquet.read_table(tmp_path / "out/a.parquet")[
        "entities"
    ].to_pylist()
    assert [e["sources"] for e in found] == [["rules:dates"], ["rules:money"]]
    assert (empty, none) == (None, [])


def test_labels_are_kept_as_asked(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\nООН и Анна\n")
    tag(tmp_path / "a.csv", tmp_path / "out", loaded=annotator(labels=("PER",), format="jsonl"))
    (record,) = map(json.loads, (tmp_path / "out/a.jsonl").read_text().splitlines())
    assert [e["text"] for e in record["entities"]] == ["Анна"]


def test_parquet_becomes_json_lines(corpus: Path, tmp_path: Path) -> None:
    tag(corpus / "sub", tmp_path / "out", loaded=annotator(format="jsonl"))
    records = [json.loads(line) for line in (tmp_path / "out/e.jsonl").read_text().splitlines()]
    assert [record["id"] for record in records] == list(range(3 * len(TEXTS)))
    assert [record["entities"] for record in records] == [found_in(r["text"]) for r in records]


class Fatal(Capitals):
    """The tagger has the process that runs it killed at a text that says so."""

    def tag(self, texts: Any) -> Any:
        if "умри" in texts:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().tag(texts)


@pytest.mark.slow
def test_the_death_of_a_worker_ends_the_run_and_keeps_what_is_done(tmp_path: Path) -> None:
    texts = [*["Анна тут"] * 40, "умри"]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
    doomed = Annotator(annotator().job, Fatal())
    with pytest.raises(Exception, match=r"a\.jsonl: a worker process was killed.*fewer --workers"):
        tag(tmp_path / "a.jsonl", tmp_path / "out", 2, doomed)
    assert any(not advance.is_new for advance in tag(tmp_path / "a.jsonl", tmp_path / "out"))


@pytest.mark.slow
def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    reader, writer = os.pipe()  # each worker holds an end, so the pipe closes with the last of them
    texts = "".join(json.dumps({"text": f"Анна {n}"}) + "\n" for n in range(200))
    (tmp_path / "a.jsonl").write_text(texts)
    assert killed_at(5, lambda: tag(tmp_path / "a.jsonl", tmp_path / "out", 2))
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", b'{"text": "a"}\n{"text": \n', r"a\.jsonl:2: not JSON"),
        ("a.jsonl", b'{"text": "a"}\n{"txt": "b"}\n', r"a\.jsonl:2: text is none of its keys"),
        ("a.jsonl", b'{"text": "\xff"}', r"a\.jsonl:1: not UTF-8 at byte 10: save it as UTF-8"),
        ("a.jsonl", b"[1]", r"a\.jsonl:1: expected an object"),
        ("a.csv", b"body\nx\n", r"a\.csv:1: no column 'text' among 'body': .*--text-column"),
        ("a.csv", b"text,n\nx\n", r"a\.csv:2: has 1 cells, but the header 2"),
        ("a.csv", b'text\n"x\n', r"a\.csv:2: unexpected end of data"),
        ("a.csv", b"", r"a\.csv:1: no column 'text' among none"),
        ("a.parquet", b"PAR1junk", r"a\.parquet: not Parquet"),
        ("a.jsonl.gz", b"\x1f\x8b\x08\x00junk", r"a\.jsonl\.gz: the gzip data is damaged"),
        ("a.jsonl.zst", b"\x28\xb5\x2f\xfd\x24junk", r"a\.jsonl\.zst: the zstd data is damaged"),
        ("a.parquet.gz", b"\x1f\x8b", r"a\.parquet\.gz: Parquet is packed inside"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_in_a_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CorpusError, match=message) as raised:
        tag(tmp_path / name, tmp_path / "out")
    assert "\n" not in str(raised.value)


def test_a_column_that_holds_no_text_is_refused(tmp_path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"text": [1, 2]}), tmp_path / "a.parquet")
    with pytest.raises(CorpusError, match="the column 'text' holds int64, not text"):
        tag(tmp_path / "a.parquet", tmp_path / "out")


@pytest.mark.slow
def test_a_line_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ner_service import files

    for module in (files, lines):
        monkeypatch.setattr(module, "LONGEST_LINE", 1 << 20)
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n{"text": "' + "a" * (1 << 21) + '"}\n')
    with pytest.raises(CorpusError, match=r"a\.jsonl:2: the line is longer than 1 MiB"):
        tag(tmp_path / "a.jsonl", tmp_path / "out")
    (tmp_path / "a.txt").write_text("a" * (1 << 21))
    with pytest.raises(CorpusError, match="longer than a text may be"):
        tag(tmp_path / "a.txt", tmp_path / "out2")


@pytest.mark.slow
def test_chunks_depend_on_the_file_alone(corpus: Path) -> None:
    sources = find_sources([str(corpus)], InputFormat.auto, Path("nowhere"), lambda _: None)
    for source in sources:
        form = source.form(annotator().job)
        cuts: list[list[chunk.Chunk]] = [list(form.chunks()), list(form.chunks())]
        assert [(c.number, c.first, c.payload) for c in cuts[0]] == [
            (c.number, c.first, c.payload) for c in cuts[1]
        ]
        assert [c.position for c in cuts[0]] == sorted(c.position for c in cuts[0])
        if cuts[0]:
            assert cuts[0][-1].position == source.path.stat().st_size
