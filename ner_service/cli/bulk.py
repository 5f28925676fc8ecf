"""Bulk runs of `tag` write a folder or a file like the one that is read."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.chunk import Counts
from ner_service.bulk.job import Job
from ner_service.bulk.ledger import Finished
from ner_service.bulk.place import Place
from ner_service.bulk.run import Advance, run
from ner_service.bulk.sources import Source, check_names
from ner_service.cli.printing import echo
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.texts import BY_ENDING, InputFormat
from ner_service.errors import ConfigError
from ner_service.files import packing_of
from ner_service.output.bar import Bar
from ner_service.output.numbers import numbered

TABLES = (InputFormat.csv, InputFormat.tsv, InputFormat.parquet)


def place_of(
    output: str, sources: Sequence[Source], is_single: bool, options: bool, pair: bool
) -> Place | None:
    """Return where a bulk run writes, or `None` where the output is not for one.

    It is for one where it names a folder: by a slash at its end, by being there, or by having no
    ending while the input is no single file. A file is for one where the input is a single file of
    the same kind, and a table or under `options` that only bulk runs have. A `pair` of columns
    renames the text's, which bulk runs do not.
    """
    path = Path(output)
    if output.endswith("/") or path.is_dir() or (not path.suffix and (options or not is_single)):
        return Place(path)
    is_regular = not path.exists() or path.is_file()
    same = is_single and is_regular and written_as(path) == (sources[0].format, sources[0].packing)
    fits = same and not pair and (options or sources[0].format in TABLES)
    return Place(path, True) if fits else None


def written_as(path: Path) -> tuple[InputFormat | None, str]:
    """Return the format that a file's ending stands for, and the ending of a packed file."""
    return BY_ENDING.get(ending_of(path)), packing_of(path)


def job_format(format: str | None, sources: Sequence[Source]) -> str:
    """Return the format of a job for the one of `--format`; raises `ConfigError` for others."""
    kept = {source.format.value for source in sources} <= {format}
    if format is None or kept:
        return ""
    if format == "jsonl":
        return format
    raise ConfigError(
        f"--format {format}: a folder keeps the formats of its files, or all become jsonl: leave "
        "the option out, take jsonl, or write one file by --output FILE"
    )


def tag_in_bulk(job: Job, sources: Sequence[Source], place: Place, workers: int) -> None:
    """Run a job, show its progress, and say at the end what was written."""
    check_names(sources, job)
    annotator = Annotator.load(job)
    total = sum(source.path.stat().st_size for source in sources)
    try:
        with Bar("tagging", "byte", total) as bar:
            progress = Progress(bar)
            done = run(annotator, sources, place, workers, progress.report)
    except BaseException as error:
        if place.work.exists() and not isinstance(error, ConfigError):
            echo("note: what is done is kept: the same command goes on from there", err=True)
        raise
    echo(f"{place.output}: {summary(done, progress.new)}", err=True)


def summary(done: Sequence[Finished], new: Counts) -> str:
    """Return what was written, and how much of it by earlier runs than the one of `new`."""
    counts = sum((each.counts for each in done), Counts())
    files, texts = numbered(len(done), "file"), numbered(counts.texts, "text")
    earlier = counts.texts - new.texts
    kept = f" ({numbered(earlier, 'text')} by earlier runs)" if earlier else ""
    return f"{files}, {texts}{kept}, {numbered(counts.entities, 'entity')}"


@dataclass(slots=True)
class Progress:
    """Progress is shown in bytes of the files that are read, with the texts of this run."""

    bar: Bar
    new: Counts = field(default_factory=Counts)

    def report(self, advance: Advance) -> None:
        """Show that a chunk is done."""
        if not advance.is_new:
            self.bar.leap(advance.size)
            return
        self.new += advance.counts
        self.bar.advance(advance.size, note=self.bar.rate(self.new.texts, "text"))


def tag_on_ray(
    job: Job,
    names: Sequence[str],
    sources: Sequence[Source],
    output: str | None,
    input: InputFormat,
    format: str | None,
    address: str,
) -> None:
    """Tag files on a Ray cluster, and say at the end where the output is.

    `sources` are those of `names` that lie here.
    """
    from ner_service.bulk.ray_data import remote_sources, run_on_ray

    if output is None:
        raise ConfigError("--ray: needs files to read and a folder: ner-service tag IN OUT --ray")
    remote = [source for name in names if "://" in name for source in remote_sources(name, input)]
    chosen = [*sources, *remote]
    if not chosen:
        raise ConfigError(
            f"--ray: {', '.join(names)}: name files, folders or patterns that are there"
        )
    job = replace(job, format=job_format(format, chosen))
    check_names(chosen, job)
    counts = run_on_ray(job, chosen, output, address)
    texts = (
        f", {numbered(counts.texts, 'text')}, {numbered(counts.entities, 'entity')}"
        if counts
        else ""
    )
    echo(f"{output}: {numbered(len(chosen), 'file')}{texts}", err=True)
