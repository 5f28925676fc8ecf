"""Ray Data runs a job on a cluster: actors tag, and Ray moves blocks and repeats what failed.

`TagTable` is the actor of a pipeline of one's own:

    ray.data.read_parquet("in").map_batches(
        TagTable, fn_constructor_args=("natasha",), batch_format="pyarrow", concurrency=8
    ).write_parquet("out")
"""

import logging
import os
import posixpath
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.arrow import answer_columns, choose_texts, join_columns
from ner_service.bulk.chunk import Counts, StreamForm
from ner_service.bulk.forms.parquet import ParquetFile
from ner_service.bulk.forms.sheets import SheetFile
from ner_service.bulk.job import Job
from ner_service.bulk.sources import Source
from ner_service.bulk.storage import check_empty, is_remote, list_files, open_any, write_whole
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.texts import BY_ENDING, InputFormat
from ner_service.errors import ConfigError, CorpusError, MissingExtra, NerError
from ner_service.files import take_turns

CHUNK_BYTES = 1 << 23  # of a part of the output, 8 MiB: what is lost with an actor
BATCH_ROWS = 1_000  # of a table, in one call of an actor
OURS = re.compile(r"^ner_service\.errors\.\w+: (.+)$", re.MULTILINE)  # in a printed traceback
AUTO, LOCAL = "auto", "local"  # addresses: the cluster that runs here, else a new one; a new one


class TagTable:
    """The actor adds columns of entities to Arrow tables, as `ner-service tag` does to Parquet.

    It takes the fields of `Job`: the tagger's spec, and `columns`, `labels`, `normal` by name.
    """

    def __init__(self, tagger: str, **asked: Any) -> None:
        self._annotator = load_in_turn(Job(tagger, **asked))

    def __call__(self, table: Any) -> Any:
        """Return the table with the columns behind its own."""
        texts = choose_texts(table.schema, self._annotator.job.columns, "the table")
        added, _ = answer_columns(table, texts, self._annotator, "the table")
        return join_columns(table, added)


class TagChunks:
    """The actor tags chunks of lines or rows, and writes each as a part of the output.

    A part's name is that of its chunk, so one that is written twice, since the first time was not
    heard of, is there once.
    """

    def __init__(self, job: Job, sources: dict[str, Source], folder: str) -> None:
        self._annotator = load_in_turn(job)
        self._sources, self._folder = sources, folder

    def __call__(self, chunks: Any) -> dict[str, list[int]]:
        """Write the parts of a table of chunks, and return what was tagged in them."""
        counts, job = Counts(), self._annotator.job
        for chunk in chunks.to_pylist():
            source = self._sources[chunk["path"]]
            form = stream_form(source, job)
            segment = form.annotate(chunk["first"], chunk["payload"], self._annotator)
            write_whole(self._folder, part_name(source, job, chunk["number"]), segment.data)
            counts += segment.counts
        return {key: [value] for key, value in asdict(counts).items()}


def load_in_turn(job: Job) -> Annotator:
    """Load what a job needs, one process of a node after another: the first compiles for all."""
    with take_turns(Path(tempfile.gettempdir()) / f"ner-service-{os.getuid()}.lock"):
        return Annotator.load(job)


def run_on_ray(job: Job, sources: Sequence[Source], folder: str, address: str) -> Counts | None:
    """Tag sources of one format into a folder, and return the counts, which Parquet has not.

    Raises `ConfigError` and `CorpusError` as a run on one machine does, and `MissingExtra`.
    """
    formats = {source.format for source in sources}
    if len(formats) > 1:
        names = ", ".join(sorted(formats))
        raise ConfigError(f"--ray: the files are {names}: tag those of one format at a time")
    check_empty(folder)
    Annotator.load(job)  # what is wrong with the job is said here, and this node compiles
    with cluster(address) as ray, one_line_errors(ray):
        if formats == {InputFormat.parquet} and not job.format:
            tag_tables(ray, job, [source.place for source in sources], folder)
            return None
        return tag_chunks(ray, job, sources, folder)


def tag_tables(ray: Any, job: Job, paths: Sequence[str], folder: str) -> None:
    """Tag Parquet files; Ray reads and writes them."""
    asked = {"columns": job.columns, "labels": job.labels, "normal": job.normal}
    tables = ray.data.read_parquet(list(paths), partitioning=None)
    tagged = tables.map_batches(
        TagTable,
        fn_constructor_args=(job.tagger,),
        fn_constructor_kwargs=asked,
        batch_format="pyarrow",
        batch_size=BATCH_ROWS,
        concurrency=(1, actors(ray)),
    )
    tagged.write_parquet(absolute_folder(folder))


def tag_chunks(ray: Any, job: Job, sources: Sequence[Source], folder: str) -> Counts:
    """Tag files of lines or rows; each is cut on one node, and its chunks go to all."""
    by_place = {source.place: source for source in sources}
    items = [{"path": path} for path in by_place]
    files = ray.data.from_items(items, override_num_blocks=len(items))
    chunks = files.flat_map(cut_file, fn_args=(by_place, job))
    tagged = chunks.map_batches(
        TagChunks,
        fn_constructor_args=(job, by_place, absolute_folder(folder)),
        batch_format="pyarrow",
        batch_size=1,
        concurrency=(1, actors(ray)),
    )
    rows = tagged.take_all()
    return sum((Counts(**row) for row in rows), Counts())


def cut_file(
    file: dict[str, str], sources: dict[str, Source], job: Job
) -> Iterator[dict[str, object]]:
    """Yield the chunks of a file as rows of Ray's."""
    path = file["path"]
    form = stream_form(sources[path], job)
    with open_any(path) as plain:
        for chunk in form.cut(plain, CHUNK_BYTES):
            row = {"path": path, "number": chunk.number, "first": chunk.first}
            yield {**row, "payload": chunk.payload}


def absolute_folder(folder: str) -> str:
    """Return a folder's URI, or its path from the root: nodes have working folders of their own."""
    return folder if is_remote(folder) else os.path.abspath(folder)


def stream_form(source: Source, job: Job) -> StreamForm:
    """Return what cuts a file and tags its chunks, each of which becomes a file of its own."""
    form = source.form(job)
    if isinstance(form, ParquetFile):
        raise ConfigError("--format jsonl: on Ray, Parquet stays Parquet: leave the option out")
    return replace(form, all_headers=True) if isinstance(form, SheetFile) else form  # type: ignore[return-value]


def part_name(source: Source, job: Job, number: int) -> str:
    """Return the name of the part of an output: `a.jsonl` has `a-000000.jsonl` and others."""
    name = source.output_name(job)
    stem, dot, endings = posixpath.basename(name).partition(".")
    return posixpath.join(posixpath.dirname(name), f"{stem}-{number:06}{dot}{endings}")


def remote_sources(path: str, input: InputFormat) -> list[Source]:
    """Return the sources of a remote file or folder."""
    uris = list_files(path)
    root = posixpath.dirname(path) if uris == [path] else path.rstrip("/")
    sources = []
    for uri in uris:
        format = BY_ENDING.get(ending_of(Path(uri)), input) if input is InputFormat.auto else input
        if format is not InputFormat.auto:
            sources.append(Source(uri.removeprefix(f"{root}/"), Path(uri), format, uri))
    if not sources:
        raise CorpusError(f"{path}: no file of a known ending there: name the format by --input")
    return sources


def actors(ray: Any) -> int:
    """Return how many actors a cluster has cores for, with one left to read and write."""
    return max(1, int(ray.cluster_resources().get("CPU", 1)) - 1)


@contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Join the cluster at an address; `auto` is the one that runs here, or else a new one."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtra(f"--ray ({error})", "ray") from error
    chosen = {AUTO: None}.get(address, address)
    try:
        ray.init(chosen, log_to_driver=False, logging_level=logging.ERROR, ignore_reinit_error=True)
    except Exception as error:  # Ray raises that very class where a node does not start
        message = " ".join(str(error).split())
        raise ConfigError(
            f"--ray {address}: {message}: start a cluster by `ray start --head`"
        ) from None
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def one_line_errors(ray: Any) -> Iterator[None]:
    """Raise what went wrong on a node as the error that it was there."""
    try:
        yield
    except ray.exceptions.RayError as error:
        raise root_of(error) from None


def root_of(error: BaseException) -> NerError:
    """Return the error of ours that began a chain of Ray's, or one line about the last of them.

    Errors lose what caused them on their way between processes; then Ray's text alone says it.
    """
    at: BaseException | None = error
    last = error
    while at is not None:
        if isinstance(at, NerError):
            return (
                type(at)(str(at))
                if type(at) in (ConfigError, CorpusError)
                else CorpusError(str(at))
            )
        last, at = at, getattr(at, "cause", None) or at.__cause__
    if written := OURS.search(str(error)):
        return CorpusError(written[1])
    lines = [line for line in str(last).splitlines() if line.strip()]
    return CorpusError(
        f"Ray: {type(last).__name__}: {lines[-1].strip() if lines else ''}: run it again"
    )
