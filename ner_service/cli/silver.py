"""The command `silver`: labels texts by the vote of taggers, to be trained on."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ner_service import corpora
from ner_service.cli.app import INTERRUPTED, Panel, app, example
from ner_service.cli.options import (
    InputOption,
    NormalOption,
    check_apart,
    corpora_root,
    note_new_folder,
)
from ner_service.cli.printing import echo
from ner_service.corpora.formats.format import FORMATS, ending_of
from ner_service.corpora.texts import InputFormat, batches_of, read_texts
from ner_service.digest import digest
from ner_service.errors import ConfigError, CorpusError
from ner_service.library import load_analyser
from ner_service.output.bar import Bar
from ner_service.output.numbers import numbered
from ner_service.types import Document

if TYPE_CHECKING:
    from ner_service.training.silver import Voter

NO_TEXTS = "holds no texts: name files that have some"
MOST_SELECTED = 100_000  # more than people will label


@app.command(
    rich_help_panel=Panel.TRAIN,
    epilog=example("silver texts.jsonl --tagger bilstm --tagger natasha --output silver.jsonl.gz"),
)
def silver(
    files: Annotated[list[str], typer.Argument(help="JSONL or text files, or names of corpora.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="A .jsonl or .jsonl.gz file.")],
    tagger: Annotated[
        list[str] | None,
        typer.Option("--tagger", "-t", help="As for tag; SPEC*2 votes with weight 2; repeatable."),
    ] = None,
    min_score: Annotated[
        float,
        typer.Option(min=0, max=1, help="Leave out sentences with a span less certain than this."),
    ] = 0.0,
    input: InputOption = InputFormat.auto,
    normal: NormalOption = False,
    select: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_SELECTED,
            help="Write only this many texts: those most worth labelling by hand, the best first.",
        ),
    ] = None,
) -> None:
    """Label texts for self-training, by one tagger or by the vote of several.

    A span is kept if taggers with more than half of the weight found it; its score is the weighted
    mean of theirs. The same command resumes a job that was stopped.

    With --select it writes the texts about which taggers are unsure or disagree, for people to
    label: each unlike those before it, with the entities that were found.
    """
    from ner_service.training.silver import LabellingJob, load_voter

    if not output.name.endswith((".jsonl", ".jsonl.gz")):
        raise ConfigError(f"--output {output}: expected a name that ends in .jsonl or .jsonl.gz")
    paths = [corpora.locate(name, corpora_root()) for name in files]
    check_apart(output, paths)
    note_new_folder(output)
    if output.exists():
        echo(f"note: {output}: is there, and is replaced at the end; stop to keep it", err=True)

    def documents() -> Iterator[Document]:
        every = (document for path in paths for document in _texts(path, input))
        return (document for document in every if not document.is_null)

    nulls = sum(document.is_null for path in paths for document in _texts(path, input))
    if nulls:
        echo(f"note: texts that are null are left out: {nulls}", err=True)
    total = sum(1 for _ in documents())
    if not total:
        raise CorpusError(f"{', '.join(map(str, paths))}: {NO_TEXTS}")
    voters = [load_voter(spec) for spec in tagger or ["bilstm"]]
    if select is not None:
        if min_score or normal:
            raise ConfigError("--select: goes without --min-score and --normal: leave them out")
        write_selection(documents(), total, voters, select, output)
        return
    analyser = load_analyser() if normal else None
    job = LabellingJob(voters, output, min_score, f"{digest(*paths)} {input}", analyser)
    remaining = batches_of(islice(documents(), job.done, None))
    try:
        with Bar(str(output), total=total, done=job.done) as bar:
            for labelled in job.run(remaining):
                bar.advance(len(labelled))
    except KeyboardInterrupt:
        done = f"{job.done} of {numbered(total, 'document')}"
        echo(f"stopped after {done}; the same command goes on", err=True)
        raise typer.Exit(INTERRUPTED) from None


def write_selection(
    documents: Iterable[Document], total: int, voters: "Sequence[Voter]", count: int, output: Path
) -> None:
    """Write the texts that are most worth labelling, and say how many there were."""
    from ner_service.training.selection import candidates, check_doubt, select

    check_doubt(voters)
    with Bar(str(output), total=total) as bar:

        def batches() -> Iterator[list[Document]]:
            for batch in batches_of(documents):
                yield batch
                bar.advance(len(batch))

        chosen = select(candidates(batches(), voters), count)
    corpora.write(output, chosen)
    few = "" if len(chosen) == min(count, total) else ": about the others no tagger has any doubt"
    echo(f"{output}: {len(chosen):,} of {numbered(total, 'text')}{few}", err=True)


def _texts(path: Path, input: InputFormat) -> Iterator[Document]:
    """Yield the texts of a corpus in any format, or of a text file."""
    ending = ending_of(path)
    annotated = path.is_dir() or any(ending in format.endings for format in FORMATS)
    if input is not InputFormat.auto or ending == ".jsonl" or not annotated:
        return read_texts(path, input)
    return (Document(d.id, d.text) for d in corpora.read(path))
