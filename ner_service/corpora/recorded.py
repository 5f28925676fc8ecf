"""Recorded answers are what other systems found in a corpus's texts, read from a file.

The file is a corpus of the same texts. Either its entities are the answers of one system, or its
documents have a field `recorded` with the entities of several: `{"gpt4o": [{"start": 0, "end": 4,
"label": "PER"}]}`. A field `cost_usd` says what the answer to a document cost, in US dollars: a
number, or a number for each system.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ner_service.corpora.forms.fields import RECORDED_KEY
from ner_service.corpora.forms.values import parse_value
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

FIELD, COST = RECORDED_KEY, "cost_usd"


@dataclass(frozen=True, slots=True)
class Recorded:
    """Recorded answers of one system have the entities of each document of a corpus, in order.

    `cost` is what all of them cost in US dollars, and `None` where a document does not say it.
    """

    name: str
    entities: Sequence[Sequence[Entity]]
    cost: float | None


def recorded_of(
    answers: Sequence[Document], asked: Sequence[Document], name: str, source: str, reading: Reading
) -> Iterator[Recorded]:
    """Yield the answers of each system in a file, or of the system `name` where it has several.

    A file of one system may be given any name, and is called `source` without one. Raises
    `CorpusError` where its texts are not those of the documents that were asked.
    """
    ordered = _in_order(answers, asked, source)
    if not any(FIELD in answer.fields for answer in ordered):
        costs = [_cost(answer, "") for answer in ordered]
        yield Recorded(name or source, [answer.entities for answer in ordered], _total(costs))
        return
    systems = [_systems(answer) for answer in ordered]
    names = list(dict.fromkeys(system for by_system in systems for system in by_system))
    if name and name not in names:
        raise CorpusError(f"{source}: records no {name!r}: name one of {', '.join(names)}")
    for system in [name] if name else names:
        pairs = list(zip(ordered, systems, strict=True))
        entities = [_entities(answer, items, system, reading) for answer, items in pairs]
        yield Recorded(system, entities, _total([_cost(answer, system) for answer in ordered]))


def _in_order(
    answers: Sequence[Document], asked: Sequence[Document], source: str
) -> list[Document]:
    """Return the answers in the order of the documents that were asked, matched by id."""
    by_id: dict[str, Document] = {}
    for answer in answers:
        if answer.id in by_id:
            raise CorpusError(f"{answer.place}: id {answer.id!r} is answered twice: keep one line")
        by_id[answer.id] = answer
    ordered = []
    for document in asked:
        found = by_id.pop(document.id, None)
        if found is None:
            raise CorpusError(
                f"{source}: has no answer to {document.id!r} ({document.place}): add it, without "
                "entities where none were found; each id must stand once in the corpus"
            )
        if found.text != document.text:
            raise CorpusError(
                f"{found.place}: text of {found.id!r} differs from that of the corpus "
                f"({document.place}) at character {_first_difference(found.text, document.text)}: "
                "answers must be to the very text"
            )
        ordered.append(found)
    if by_id:
        other = next(iter(by_id.values()))
        raise CorpusError(f"{other.place}: id {other.id!r} is not in the corpus: leave it out")
    return ordered


def _first_difference(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _systems(answer: Document) -> Mapping[str, object]:
    """Return the recorded entities of a document by system."""
    value = answer.fields.get(FIELD)
    if not isinstance(value, dict):
        raise CorpusError(f"{answer.place}: {FIELD}: expected an object of entities by system")
    return value


def _entities(
    answer: Document, systems: Mapping[str, object], system: str, reading: Reading
) -> Sequence[Entity]:
    """Return the entities of one system in a document, checked as those of a corpus are."""
    place = f"{answer.place}: {FIELD}.{system}"
    if not isinstance(systems.get(system), list):
        raise CorpusError(f"{place}: expected a list of entities; empty where none were found")
    record = {"id": answer.id, "text": answer.text, "entities": systems[system]}
    (document,) = parse_value(record, place, answer.id, reading)
    return document.entities


def _cost(answer: Document, system: str) -> float | None:
    """Return what an answer cost in US dollars, where the document says it."""
    value = answer.fields.get(COST)
    if isinstance(value, dict):
        value = value.get(system)
    if value is None:
        return None
    try:
        cost = float(value) if isinstance(value, int | float | str) else -1.0
    except ValueError:
        cost = -1.0
    if not 0 <= cost < float("inf"):
        raise CorpusError(f"{answer.place}: {COST}: expected US dollars as a number from 0 up")
    return cost


def _total(costs: Sequence[float | None]) -> float | None:
    given = [cost for cost in costs if cost is not None]
    return sum(given) if len(given) == len(costs) else None
