"""A Parquet file larger than memory should hold is tagged within bounded memory, interrupted twice.

`NER_LARGE_MB` sets its size in megabytes: 64 by default, and 2000 for the full measure.
"""

import hashlib
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
import pyarrow
import pyarrow.parquet

MEGABYTES = int(os.environ.get("NER_LARGE_MB", "64"))
PAYLOAD_BYTES = 20_000  # of a row, beside its text, as a page's source would be
MOST_RSS_MB = 900  # of every process, whatever the size: natasha's own is 350
TEXT = "Посол Израиля {n} приехал в Москву к Анне Ивановой, сообщает ТАСС. "


def write_large(path: Path) -> int:
    """Write a file of one row group, the worst for memory; return the number of its rows."""
    rows = MEGABYTES * 1_000_000 // PAYLOAD_BYTES
    schema = pyarrow.schema(
        [("n", pyarrow.int32()), ("text", pyarrow.string()), ("source", pyarrow.binary())]
    )
    step = 500
    with (
        pyarrow.OSFile(str(path.with_suffix(".arrow")), "wb") as sink,
        pyarrow.ipc.new_file(sink, schema) as writer,
    ):
        for at in range(0, rows, step):
            numbers = range(at, min(at + step, rows))
            texts = [TEXT.format(n=n) * 4 for n in numbers]
            sources = [os.urandom(PAYLOAD_BYTES) for _ in numbers]
            writer.write_table(pyarrow.table([[*numbers], texts, sources], schema=schema))
    with pyarrow.memory_map(str(path.with_suffix(".arrow"))) as source:
        table = pyarrow.ipc.open_file(source).read_all()
        pyarrow.parquet.write_table(table, path, row_group_size=rows)
    path.with_suffix(".arrow").unlink()
    return rows


def start(source: Path, output: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "ner_service", "tag", str(source), "-o", f"{output}/"]
    return subprocess.Popen([*command, "-t", "natasha", "--workers", "2"])


def largest_rss_mb(process: "subprocess.Popen[bytes]") -> float:
    """Wait for the end of a process, and return the most memory that it or a child held."""
    psutil = pytest.importorskip("psutil")
    most = 0.0
    parent = psutil.Process(process.pid)
    while not has_ended(process, 0.1):
        for each in [parent, *parent.children()]:
            with suppress(psutil.Error):  # it may end meanwhile
                most = max(most, each.memory_info().rss / 1e6)
    return most


def has_ended(process: "subprocess.Popen[bytes]", seconds: float) -> bool:
    """Return whether a process ends within some seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def kill_after(process: "subprocess.Popen[bytes]", work: Path, segments: int) -> None:
    """Kill a run once it has kept so many segments."""
    while len(list(work.rglob("0*"))) < segments:
        assert not has_ended(process, 0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_a_large_file_is_tagged_in_bounded_memory_and_twice_interrupted(tmp_path: Path) -> None:
    source = tmp_path / "large.parquet"
    rows = write_large(source)
    assert source.stat().st_size > MEGABYTES * 1_000_000
    chunks = MEGABYTES * 1_000_000 // (1 << 18)
    broken, whole = tmp_path / "broken", tmp_path / "whole"
    kill_after(start(source, broken), broken / ".ner-service", chunks // 4)
    kill_after(start(source, broken), broken / ".ner-service", chunks // 2)
    last = start(source, broken)
    most = largest_rss_mb(last)
    assert last.returncode == 0
    assert most < MOST_RSS_MB
    uninterrupted = start(source, whole)
    most = max(most, largest_rss_mb(uninterrupted))
    assert most < MOST_RSS_MB
    print(f"{source.stat().st_size / 1e6:,.0f} MB, {rows:,} rows: at most {most:,.0f} MB a process")
    assert digest(broken / "large.parquet") == digest(whole / "large.parquet")
    file = pyarrow.parquet.ParquetFile(whole / "large.parquet")
    assert file.metadata.num_rows == rows
    first = next(file.iter_batches(1, columns=["entities"])).to_pylist()[0]["entities"]
    assert [entity["text"] for entity in first[:3]] == ["Израиля", "Москву", "Анне Ивановой"]
