"""Labels are compared over all files: names with several labels, labels that are not learned."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from ner_service.corpora.lint.finding import Fault, Finding, quote
from ner_service.types import Document

LONGEST_NAME = 1_000  # characters; spans that are longer are no names to compare
MOST_LABELS = 20  # of those that a message names


class LabelIndex:
    """A label index counts the labels of each file, and of each name, as documents go by."""

    def __init__(self, held_out: Sequence[bool]) -> None:
        self._held_out = held_out
        self._first_places: list[dict[str, str]] = [{} for _ in held_out]  # of each label
        self._counts: Counter[str] = Counter()
        self._by_name: dict[str, Counter[str]] = {}
        self._places: dict[tuple[str, str], str] = {}  # of a name and a label

    def add(self, file: int, document: Document) -> None:
        """Count the entities of a document."""
        for entity in document.entities:
            self._first_places[file].setdefault(entity.label, document.place)
            self._counts[entity.label] += 1
            end = min(entity.end, entity.start + LONGEST_NAME + 1)
            name = " ".join(document.text[entity.start : end].split())
            if name and end - entity.start <= LONGEST_NAME:
                self._by_name.setdefault(name, Counter())[entity.label] += 1
                self._places.setdefault((name, entity.label), document.place)

    def findings(self) -> Iterator[Finding]:
        """Yield what only all files together show."""
        yield from self._unknown_labels()
        yield from self._like_labels()
        for name, labels in self._by_name.items():
            if len(labels) > 1:
                counted = ", ".join(f"{label} {n}" for label, n in labels.most_common())
                rarest = labels.most_common()[-1][0]
                message = f"{quote(name)} has several labels: {counted}; here it is {rarest}"
                yield Finding(Fault.SEVERAL_LABELS, self._places[name, rarest], message)

    def _like_labels(self) -> Iterator[Finding]:
        """Yield labels that capitals, blanks or marks alone tell from another: `per`, `PER`."""
        counts = self._counts
        alike: dict[str, list[str]] = {}
        for label, _ in counts.most_common():
            alike.setdefault(re.sub(r"[\W_]", "", label.casefold()) or label, []).append(label)
        places = {label: place for file in self._first_places for label, place in file.items()}
        for most, *others in alike.values():
            for label in others:
                message = (
                    f"label {label!r} ({counts[label]}) is nearly {most!r} ({counts[most]}): make "
                    f"one of them, as by --map {label}={most}"
                )
                yield Finding(Fault.LIKE_LABELS, places[label], message)

    def _unknown_labels(self) -> Iterator[Finding]:
        pairs = list(zip(self._held_out, self._first_places, strict=True))
        learned = {label for held_out, labels in pairs if not held_out for label in labels}
        if not learned:
            return
        named = sorted(learned)[:MOST_LABELS] + ["…"] * (len(learned) > MOST_LABELS)
        for held_out, labels in pairs:
            for label in sorted(set(labels) - learned) if held_out else ():
                message = f"label {label} is not in the training data ({', '.join(named)})"
                yield Finding(Fault.UNKNOWN_LABEL, labels[label], message)
