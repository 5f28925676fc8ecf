"""Lists of people: one form of a name, one separator, and perhaps a heading, roles or numbers."""

from collections.abc import Callable, Iterator
from random import Random

from ner_service.training.data.writing.pieces import Piece
from ner_service.training.data.writing.slots import Writer
from ner_service.training.data.writing.words import WORDS

FORMS = (
    "full",
    "full",
    "surname_first",
    "surname_first",
    "initials",
    "initials",
    "first_last",
    "first_last",
    "surname",
    "person",
    "first_patronymic",
    "first",
)


def write_list(writer: Writer, random: Random) -> Iterator[Piece]:
    """Yield the pieces of a list of two to twelve people."""
    form, separator = random.choice(FORMS), random.choice(WORDS.separators)
    in_lines = "\n" in separator
    mark = random.choice(WORDS.marks) if in_lines and random.random() < 0.5 else ""
    tail = random.choice(WORDS.tails) if random.random() < 0.3 else ""
    if random.random() < 0.45:
        gap = random.choice(("\n", "\n\n")) if in_lines else " "
        yield Piece(random.choice(WORDS.headings) + gap)
    for n in range(random.randint(2, 12)):
        if n:
            yield Piece(separator)
        yield Piece(mark.format(n + 1))
        yield from writer.slot(form, "nomn")
        yield from writer.fill(tail)
    yield Piece(random.choice(("", "", ".", "\n", "\n\nИтого: 5")))


LISTED_PLACES = ("city", "brand")


def write_places(writer: Writer, random: Random) -> Iterator[Piece]:
    """Yield the pieces of a list of towns or companies."""
    kind, separator = random.choice(LISTED_PLACES), random.choice(WORDS.separators)
    mark = random.choice(WORDS.marks) if "\n" in separator and random.random() < 0.5 else ""
    for n in range(random.randint(2, 10)):
        if n:
            yield Piece(separator)
        yield Piece(mark.format(n + 1))
        yield from writer.slot(kind, "nomn")


FACTS = ("{city}", "{role}", "{date}", "{number}", "{phone}", "{money}")


def write_table(writer: Writer, random: Random) -> Iterator[Piece]:
    """Yield the pieces of a table, whose cells are a name and facts."""
    separator = random.choice(("\t", "\t", " | ", ";", "    "))
    facts = random.sample(FACTS, random.randint(1, 4))
    cells = [f"{{{random.choice(FORMS)}}}", *facts]
    random.shuffle(cells)
    for n in range(random.randint(2, 8)):
        if n:
            yield Piece("\n")
        yield from writer.fill(separator.join(cells))


WAYS: tuple[Callable[[Writer, Random], Iterator[Piece]], ...] = (
    write_list, write_list, write_list, write_places, write_table,
)  # fmt: skip
