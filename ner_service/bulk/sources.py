"""Sources are the files that a job reads, found in folders and by patterns, with their formats."""

import errno
import glob
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ner_service.bulk.chunk import Form
from ner_service.bulk.forms.lines import Lines, WholeText
from ner_service.bulk.forms.parquet import ParquetFile
from ner_service.bulk.forms.sheets import SheetFile
from ner_service.bulk.job import Job
from ner_service.corpora.formats import tables
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.texts import BY_ENDING, InputFormat, input_format
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import packing_of, readable_name, unpacked_name
from ner_service.output.numbers import numbered

IN_FOLDERS = {**BY_ENDING, ".txt": InputFormat.text}  # other files of a folder are left out
ENDINGS = {
    InputFormat.jsonl: (".jsonl", ".ndjson"),
    InputFormat.csv: (".csv",),
    InputFormat.tsv: (".tsv",),
    InputFormat.parquet: (".parquet",),
}
OF_TABLES = tuple(ending for endings in ENDINGS.values() for ending in endings)
PLAIN = (InputFormat.text, InputFormat.lines)  # formats without columns
MOST_NAMED = 3  # files that a note names


@dataclass(frozen=True, slots=True, order=True)
class Source:
    """A source is a file with its format; `name` is its place in the folder of the output.

    One that lies elsewhere has a `uri`, of which the path is a picture for messages.
    """

    name: str
    path: Path
    format: InputFormat
    uri: str = ""

    @property
    def place(self) -> str:
        """Return the URI, or the path from the root."""
        return self.uri or str(self.path.absolute())

    @property
    def packing(self) -> str:
        """Return the ending of a packed file, or nothing."""
        return packing_of(self.path)

    def output_name(self, job: Job) -> str:
        """Return the name of the output, whose ending is that of its format."""
        plain = unpacked_name(self.name)
        is_json = job.format or self.format in PLAIN
        endings = ENDINGS[InputFormat.jsonl if is_json else self.format]
        if not plain.lower().endswith(endings):
            of_table = next((ending for ending in OF_TABLES if plain.lower().endswith(ending)), "")
            plain = plain[: len(plain) - len(of_table)] + endings[0]
        return plain + self.packing

    def form(self, job: Job) -> Form:
        """Return what reads, annotates and writes the file."""
        as_json = job.format == "jsonl"
        if self.format is InputFormat.parquet:
            if self.packing:
                raise CorpusError(
                    f"{self.path}: Parquet is packed inside: unpack the file, as by gunzip"
                )
            return ParquetFile(self.path, job)
        if self.format in (InputFormat.csv, InputFormat.tsv):
            table = tables.CSV if self.format is InputFormat.csv else tables.TSV
            return SheetFile(self.path, table, job.columns, self.packing, as_json)
        if self.format is InputFormat.text:
            return WholeText(self.path, readable_name(Path(self.name)), self.packing)
        is_json = self.format is InputFormat.jsonl
        name = readable_name(Path(self.name))
        return Lines(self.path, name, job.columns, self.packing, is_json)


def find_sources(
    arguments: Sequence[str], input: InputFormat, apart: Path, note: Callable[[str], None]
) -> list[Source]:
    """Return the files that arguments name, in the order of their names.

    An argument is a file, a folder with all below it, or a pattern. What lies in the folder
    `apart`, to which the output goes, is left out, and so are files of a folder that are hidden or
    of another ending, of which `note` tells. Raises `CorpusError` where there is none.
    """
    files = [Path(argument) for argument in arguments if Path(argument).is_file()]
    base = Path(os.path.commonpath([file.absolute().parent for file in files])) if files else None
    sources: list[Source] = []
    left_out: list[Path] = []
    for argument in arguments:
        path = Path(argument)
        if path.is_file() and base:
            name = path.absolute().relative_to(base).as_posix()
            sources.append(Source(name, path, input_format(path, input)))
            continue
        for found, name in _listing(argument, path, apart):
            format = IN_FOLDERS.get(ending_of(found)) if input is InputFormat.auto else input
            if format is None:
                left_out.append(found)
            else:
                sources.append(Source(name, found, format))
    if left_out:
        some = ", ".join(path.name for path in left_out[:MOST_NAMED])
        more = ", ..." if len(left_out) > MOST_NAMED else ""
        note(f"{numbered(len(left_out), 'file')} with other endings left out: {some}{more}")
    if not sources:
        raise CorpusError(
            f"{', '.join(arguments)}: no file of {', '.join(IN_FOLDERS)} there (.gz or .zst may "
            "follow): name the format of others by --input"
        )
    return sorted(set(sources))


def check_names(sources: Sequence[Source], job: Job) -> None:
    """Raise `ConfigError` where two outputs have one name, or plain text has to have columns."""
    plain = [source for source in sources if source.format in PLAIN]
    if job.columns and plain:
        raise ConfigError(f"--text-column: {plain[0].path} has no columns: leave the option out")
    counts = Counter(source.output_name(job) for source in sources)
    if twice := next((name for name, count in counts.items() if count > 1), ""):
        paths = [str(source.path) for source in sources if source.output_name(job) == twice]
        raise ConfigError(
            f"{' and '.join(paths[:2])} would both be written to {twice}: tag them into two folders"
        )


def is_pattern(argument: str) -> bool:
    """Return whether an argument is a pattern, and no file whose name looks like one."""
    return glob.has_magic(argument) and not Path(argument).exists()


def _listing(argument: str, path: Path, apart: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files of a folder or a pattern, with their places below it."""
    if path.is_dir():
        if path.resolve() == apart.resolve():
            raise ConfigError(f"{path}: is what is read, and the output: name another folder")
        yield from _below(path, apart)
    elif not is_pattern(argument):
        what = "is no regular file" if path.exists() else os.strerror(errno.ENOENT)
        raise CorpusError(f"{argument}: {what}")
    else:
        base = _fixed_part(argument)
        for name in sorted(glob.glob(argument, recursive=True)):
            found = Path(name)
            if found.is_file() and not found.resolve().is_relative_to(apart.resolve()):
                yield found, os.path.relpath(found, base)


def _fixed_part(pattern: str) -> Path:
    """Return the folder in front of the first part of a pattern that has a wildcard."""
    parts = Path(pattern).parts
    fixed = next(n for n, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:fixed])


def _below(folder: Path, apart: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files below a folder that are not hidden, as names with `.` or `_` in front are."""
    avoided = apart.resolve()
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "_")) and (here / name).resolve() != avoided
        )
        for name in sorted(names):
            if not name.startswith((".", "_")) and (here / name).is_file():
                yield here / name, (here / name).relative_to(folder).as_posix()
