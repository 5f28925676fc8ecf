"""Ray Data tags as one machine does, also where a node is killed in the middle."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytest.importorskip("pyarrow")
import pyarrow.parquet

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.job import Job
from ner_service.bulk.place import Place
from ner_service.bulk.ray_data import TagTable, part_name, root_of, run_on_ray
from ner_service.bulk.run import run
from ner_service.bulk.sources import Source, find_sources
from ner_service.corpora.texts import InputFormat
from ner_service.errors import ConfigError, CorpusError

TEXT = "Посол Израиля {n} приехал в Москву к Анне Ивановой."
FILES, ROWS = 24, 400
# Ray's own processes leave sockets and files to the collector
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning",
                                        "ignore::FutureWarning",
                                        "ignore::pytest.PytestUnraisableExceptionWarning")  # fmt: skip


def sources_in(folder: Path) -> list[Source]:
    return find_sources([str(folder)], InputFormat.auto, Path("/nowhere"), lambda _: None)


@pytest.mark.slow
def test_the_actor_adds_the_columns_that_a_local_run_writes(tmp_path: Path) -> None:
    table = pyarrow.table({"text": [TEXT.format(n=1), None], "n": [1, 2]})
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    annotator = Annotator.load(Job("natasha"))
    run(annotator, sources_in(tmp_path), Place(tmp_path / "out"), 1, lambda _: None)
    local = pyarrow.parquet.read_table(tmp_path / "out" / "a.parquet")
    assert TagTable("natasha")(table).equals(local)
    assert local["entities"].to_pylist()[1] is None
    with pytest.raises(CorpusError, match="no column 'body' among 'text', 'n'"):
        TagTable("natasha", columns=("body",))(table)


def test_a_part_is_named_after_its_file_and_number() -> None:
    source = Source("y=1/a.csv.gz", Path("a.csv.gz"), InputFormat.csv)
    assert part_name(source, Job("natasha"), 3) == "y=1/a-000003.csv.gz"


def test_a_run_on_ray_begins_in_an_empty_folder_with_files_of_one_format(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_text("{}")
    with pytest.raises(ConfigError, match="is not empty, and a run on Ray begins anew"):
        run_on_ray(Job("natasha"), sources_in(tmp_path / "in"), str(tmp_path), "local")
    (tmp_path / "in" / "b.csv").write_text("text")
    with pytest.raises(ConfigError, match="the files are csv, jsonl: tag those of one format"):
        run_on_ray(Job("natasha"), sources_in(tmp_path / "in"), str(tmp_path / "out"), "local")


def test_the_error_of_a_node_is_the_one_that_is_shown() -> None:
    outer = RuntimeError("a task failed\n  in many lines")
    outer.__cause__ = CorpusError("a.jsonl:3: not JSON")
    assert str(root_of(outer)) == "a.jsonl:3: not JSON"
    printed = "  raise CorpusError()\nner_service.errors.CorpusError: a.jsonl:3: no text\n\nray: x"
    assert str(root_of(RuntimeError(printed))) == "a.jsonl:3: no text"
    assert str(root_of(RuntimeError("one\ntwo"))) == "Ray: RuntimeError: two: run it again"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of lines, and one of tables, with the same texts."""
    root = tmp_path_factory.mktemp("ray")
    for kind in ("lines", "tables"):
        (root / kind).mkdir()
    for n in range(FILES):
        texts = [TEXT.format(n=n * ROWS + row) for row in range(ROWS)]
        lines = [json.dumps({"n": text, "text": text}, ensure_ascii=False) for text in texts]
        (root / "lines" / f"{n:02}.jsonl").write_text("\n".join(lines) + "\n")
        table = pyarrow.table({"n": texts, "text": texts})
        pyarrow.parquet.write_table(table, root / "tables" / f"{n:02}.parquet")
    return root


class TwoNodes:
    """A cluster of two nodes, each some processes here, of which the second can be killed."""

    def __init__(self) -> None:
        from ray.cluster_utils import Cluster

        self._cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2})
        self._second = self._cluster.add_node(num_cpus=2)
        self._cluster.wait_for_nodes()
        self.address = self._cluster.address

    def kill_second(self) -> None:
        self._cluster.remove_node(self._second, allow_graceful=False)

    def end(self) -> None:
        self._cluster.shutdown()


@pytest.fixture
def cluster() -> Iterator[TwoNodes]:
    pytest.importorskip("ray", reason="Ray is not installed")
    nodes = TwoNodes()
    yield nodes
    nodes.end()


def local_run(source: Path, output: Path) -> Path:
    run(Annotator.load(Job("natasha")), sources_in(source), Place(output), 1, lambda _: None)
    return output


@contextmanager
def killing(cluster: TwoNodes, folder: Path, count: int) -> Iterator[None]:
    """Kill the second node once a folder has so many files, if there are any to wait for."""
    done = threading.Event()

    def watch() -> None:
        while len(list(folder.rglob("*.*"))) < count:
            done.wait(0.05)
        cluster.kill_second()

    killer = threading.Thread(target=watch, daemon=True)
    if count:
        killer.start()
    yield
    if count:
        killer.join(60)
        assert not killer.is_alive()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("files", [0, 3], ids=["undisturbed", "a node killed"])
def test_lines_are_tagged_as_on_one_machine(
    corpus: Path, cluster: TwoNodes, tmp_path: Path, files: int
) -> None:
    output = tmp_path / "ray"
    sources = sources_in(corpus / "lines")
    with killing(cluster, output, files):
        counts = run_on_ray(Job("natasha"), sources, str(output), cluster.address)
    local = local_run(corpus / "lines", tmp_path / "local")
    for n in range(FILES):
        parts = sorted(output.glob(f"{n:02}-*.jsonl"))
        assert b"".join(p.read_bytes() for p in parts) == (local / f"{n:02}.jsonl").read_bytes()
    assert len(list(output.iterdir())) == FILES  # no doubles, and nothing half-written
    assert counts
    assert counts.texts == FILES * ROWS
    shutil.rmtree(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("files", [0, 1], ids=["undisturbed", "a node killed"])
def test_tables_are_tagged_as_on_one_machine(
    corpus: Path, cluster: TwoNodes, tmp_path: Path, files: int
) -> None:
    output = tmp_path / "ray"
    with killing(cluster, output, files):
        run_on_ray(Job("natasha"), sources_in(corpus / "tables"), str(output), cluster.address)
    local = local_run(corpus / "tables", tmp_path / "local")
    rows = [
        sorted(pyarrow.parquet.read_table(folder).to_pylist(), key=lambda row: row["n"])
        for folder in (output, local)
    ]
    assert rows[0] == rows[1]
    assert len(rows[0]) == FILES * ROWS
    shutil.rmtree(tmp_path)
