"""A marked text shows its entities in colours on a terminal."""

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from ner_service.output.html import HUES, hue
from ner_service.output.terminal import show_lines
from ner_service.types import Document

COLOURS = (  # on light and on dark; the first are those of the default labels, as on the page
    *("bright_blue", "green", "dark_orange3", "magenta", "cyan", "red"),
    *("purple", "yellow4", "deep_pink4", "dark_cyan", "orange4", "steel_blue"),
)


def print_marked(documents: Iterable[Document]) -> None:
    """Print each document with coloured entities, the label behind each one."""
    console = Console(highlight=False)
    for document in documents:
        console.print(marked_text(document), soft_wrap=True)


def marked_text(document: Document) -> Text:
    """Return the text with a coloured entity and its label; control characters are shown."""
    text, at = Text(), 0
    for entity in document.entities:
        colour = COLOURS[int(hue(entity.label).removeprefix("hue-")) % HUES]
        text.append(show_lines(document.text[at : entity.start]))
        surface = show_lines(document.text[entity.start : entity.end])
        text.append(surface, f"bold {colour} underline")
        text.append(f" {show_lines(entity.label)}", f"dim {colour}")
        at = entity.end
    text.append(show_lines(document.text[at:]))
    return text
