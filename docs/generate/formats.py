"""The table of corpus formats in docs/training.md, from the table of formats."""

from ner_service.corpora.formats import format as formats


def format_table() -> str:
    """Return a row for each format: its endings, and what it is."""
    rows = [
        f"| {', '.join(f'`{e}`' for e in format.endings) or 'a folder'} | {format.description} |"
        for format in formats.FORMATS
    ]
    return "\n".join(["| name ends in | format |", "|---|---|", *rows])
