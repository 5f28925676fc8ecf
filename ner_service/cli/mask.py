"""Commands `mask` and `unmask` hide the entities of texts, and bring them back with a key."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Annotated

import typer

from ner_service import corpora
from ner_service.cli.app import Panel, app, example
from ner_service.cli.key_file import KeyLine, new_key_file, read_keys, write_key
from ner_service.cli.options import (
    ColumnsOption,
    InputOption,
    TaggerOption,
    check_apart,
    corpora_root,
)
from ner_service.cli.printing import write
from ner_service.cli.tagging import tag_documents
from ner_service.corpora.formats import jsonl
from ner_service.corpora.formats.format import ending_of
from ner_service.corpora.formats.tables import ID
from ner_service.corpora.texts import BY_ENDING, STDIN, InputFormat, input_format, read_texts
from ner_service.errors import ConfigError, CorpusError
from ner_service.files import write_text
from ner_service.library import load_analyser
from ner_service.names.masking import KeyMismatch, Masker, Style
from ner_service.names.masking.identifiers import (
    IDENTIFIERS,
    choose_identifiers,
    cover,
    find_identifiers,
    load_rules,
)
from ner_service.taggers.registry import load_tagger
from ner_service.types import Document

PLAIN = ""  # in the place of a format's name
FilesArgument = Annotated[
    list[Path] | None, typer.Argument(help="Files; - or none is stdin.", show_default=False)
]
OutputOption = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write there, whole or not at all, in the format of its ending (.jsonl, .csv, .tsv, "
        ".parquet); else to stdout.",
    ),
]


@app.command(
    rich_help_panel=Panel.USE,
    epilog=example("mask letter.txt --key letter.key --output masked.jsonl"),
)
def mask(
    key: Annotated[Path, typer.Option(help="A new file for the keys, which undo the masking.")],
    files: FilesArgument = None,
    tagger: TaggerOption = "bilstm",
    input: InputOption = InputFormat.auto,
    output: OutputOption = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            "--label",
            "-l",
            help=f"Hide this label only; repeatable. Labels of the tagger, or of identifiers "
            f"(extra pii): {', '.join(IDENTIFIERS)}.",
        ),
    ] = None,
    style: Annotated[
        Style, typer.Option(help="Placeholders such as <PER_1>, or other names of the same kind.")
    ] = "label",
    seed: Annotated[int, typer.Option(help="The seed that draws the surrogates.")] = 0,
    entities: Annotated[
        bool,
        typer.Option("--entities", help="Hide the entities of annotated documents; use no tagger."),
    ] = False,
    columns: ColumnsOption = "",
) -> None:
    """Hide the names in texts, so that `unmask` can bring them back.

    One text is written as a text, several as JSON lines or a table of id, text and entities; other
    fields are left out, for they may hold names as well. Whoever has the key file can undo the
    masking: it is readable for its owner alone.
    """
    sources = files or [STDIN]
    if output:
        check_apart(output, sources)
    check_apart(key, sources)
    if output is not None and output.absolute() == key.absolute():
        raise ConfigError(f"--key {key}: is the output as well: name another file")
    if choose_identifiers(label):
        load_rules()  # before the tagger: the extra may not be installed
    form = choose_form(output, is_plain=not entities and is_one_text(sources, input))
    if entities:
        documents: Iterable[Document] = (d for file in sources for d in _read_annotated(file))
        known = None
    else:
        loaded = load_tagger(tagger)
        known = loaded.info.labels
        texts = (d for file in sources for d in read_texts(file, input, columns))
        documents = tag_documents(loaded, texts)
    hidden = _hide(documents, known, label)
    masker = Masker(load_analyser())
    labels = label or [*(known or ()), *choose_identifiers(None)]
    with new_key_file(key) as keys:
        masked = _mask(hidden, masker, keys, style, seed, labels)
        write_texts(masked, output, form)


def _read_annotated(file: Path) -> Iterator[Document]:
    yield from corpora.read(corpora.locate(str(file), corpora_root()))


def _hide(
    documents: Iterable[Document], known: Sequence[str] | None, asked: Sequence[str] | None
) -> Iterator[Document]:
    """Yield documents with those entities that are to be hidden, identifiers among them."""
    if known is not None and (strange := set(asked or ()) - {*known, *IDENTIFIERS}):
        choices = ", ".join([*known, *IDENTIFIERS])
        raise ConfigError(f"--label {', '.join(sorted(strange))}: take some of {choices}")
    identifiers = choose_identifiers(asked)
    for document in documents:
        names = [e for e in document.entities if asked is None or e.label in asked]
        numbers = find_identifiers(document.text, identifiers) if identifiers else []
        yield replace(document, entities=tuple(cover(names, numbers, document.text)))


def _mask(
    documents: Iterable[Document], masker: Masker, keys: IO[bytes], style: Style, seed: int,
    labels: Sequence[str],
) -> Iterator[Document]:  # fmt: skip
    """Yield the masked documents, and write their keys, which are on disk before the last text."""
    for document in documents:
        masked = masker.mask(document.text, document.entities, style, seed, labels)
        write_key(keys, document.id, masked.key)
        own_id = {key: value for key, value in document.fields.items() if key == ID}
        yield Document(document.id, masked.text, masked.entities, own_id, is_null=document.is_null)
    keys.flush()


@app.command(
    rich_help_panel=Panel.USE,
    epilog=example("unmask masked.jsonl --key letter.key --output letter.jsonl"),
)
def unmask(
    key: Annotated[Path, typer.Option(help="The key file that `mask` wrote.")],
    files: FilesArgument = None,
    input: InputOption = InputFormat.auto,
    output: OutputOption = None,
    rewritten: Annotated[
        bool,
        typer.Option(
            "--rewritten", help="Accept a text that shares no word with the masked one: an answer."
        ),
    ] = False,
    columns: ColumnsOption = "",
) -> None:
    """Bring back the names in masked texts, also where somebody has changed them.

    Each text is restored by the key with its id, or else by the key at its place. Nothing is
    written if one key does not fit.
    """
    sources = files or [STDIN]
    if output:
        check_apart(output, [*sources, key])
    form = choose_form(output, is_one_text(sources, input))
    keys = read_keys(key)
    masker = Masker(load_analyser())
    texts = [d for file in sources for d in read_texts(file, input, columns)]
    unmasked = [
        _unmask(document, line, masker, rewritten) for document, line in pair(texts, keys, key)
    ]
    write_texts(unmasked, output, form)


def pair(
    documents: Sequence[Document], keys: Sequence[KeyLine], path: Path
) -> Iterator[tuple[Document, KeyLine]]:
    """Yield each document with its key: by its id, or by its place where ids do not tell."""
    by_id = {line.id: line for line in keys}
    if len(by_id) == len(keys) and all(document.id in by_id for document in documents):
        yield from ((document, by_id[document.id]) for document in documents)
    elif len(documents) == len(keys):
        yield from zip(documents, keys, strict=True)
    else:
        raise CorpusError(
            f"{path}: has {len(keys)} keys, but there are {len(documents)} texts: give each text "
            "the id that it had, or all texts in their order"
        )


def _unmask(document: Document, line: KeyLine, masker: Masker, rewritten: bool) -> Document:
    try:
        text = masker.unmask(document.text, line.key, rewritten)
    except KeyMismatch as error:
        raise CorpusError(f"{document.id}: {error}") from None
    return replace(document, text=text, entities=())


def is_one_text(sources: Sequence[Path], input: InputFormat) -> bool:
    """Return whether the input is one file that is one text."""
    return len(sources) == 1 and input_format(sources[0], input) is InputFormat.text


def choose_form(output: Path | None, is_plain: bool) -> str:
    """Return the format of an output by its ending; an empty one stands for a plain text.

    Raises `ConfigError` where several texts would go into a file of another kind.
    """
    ending = "" if output is None else ending_of(output)
    if ending in BY_ENDING:
        return BY_ENDING[ending].value
    if is_plain:
        return PLAIN
    if output is not None and output.suffix:
        known = ", ".join(BY_ENDING)
        raise ConfigError(
            f"--output {output}: {ending or output.suffix} has no place for texts with their ids: "
            f"name a file that ends in {known}"
        )
    return jsonl.name


def write_texts(documents: Iterable[Document], output: Path | None, form: str) -> None:
    """Write one text as it is, or documents in a format, to a file or to stdout."""
    if output is not None and form not in (PLAIN, jsonl.name):
        corpora.write(output, documents, form)
        return
    parts = (d.text for d in documents) if form == PLAIN else jsonl.lines(documents)
    if output is not None:
        write_text(output, parts)
        return
    for part in list(parts):  # all of them, before anything is written
        write(part)
    sys.stdout.flush()
