"""The part `probes` measures which made names each tagger finds, by form and by place."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, progress
from ner_service.benchmark.probes.texts import Probe, ProbeSet, make_probes
from ner_service.benchmark.results import TaggerResult
from ner_service.benchmark.texts import TEXTS_A_CALL
from ner_service.labels import map_labels
from ner_service.types import Entity, Tagger

EACH, EACH_QUICK = 20, 5  # people a cell: a form of a name in one place


@dataclass(frozen=True, slots=True)
class Tally:
    """A tally counts the names of a cell, and those of which something holds."""

    count: int
    total: int

    @property
    def share(self) -> float:
        """Returns the share of the names, 0 where there are none."""
        return self.count / self.total if self.total else 0.0

    @classmethod
    def sum(cls, tallies: Iterable["Tally"]) -> "Tally":
        """Returns the tally of several cells together."""
        pairs = [(tally.count, tally.total) for tally in tallies]
        return cls(sum(count for count, _ in pairs), sum(total for _, total in pairs))


Cells = dict[str, dict[str, Tally]]  # form -> place -> tally


class Probes(TaggerResult):
    """A probes result counts names that are found whole, and streets that are taken for people."""

    kind = "probes"
    names: Cells  # found whole, as a person
    lists: Cells  # the same, by form and separator
    streets: Cells  # of which a part at least is called a person, which is wrong
    places: Cells  # streets found whole, as a place


def run(plan: Plan) -> None:
    """Measures every tagger on the same made texts."""
    probes = make_probes(EACH_QUICK if plan.quick else EACH, plan.store.seed)
    texts = "\n".join(p.text for p in (*probes.names, *probes.streets, *probes.lists))
    digest = sha256(texts.encode()).hexdigest()[:16]
    with progress(Probes.kind, len(plan.taggers)) as step:
        for spec in plan.taggers:
            step(spec)
            key = {"texts": digest, "tagger": plan.identity(spec)}
            arguments = spec, plan.instances[spec], probes, plan.mapping
            plan.store.measure(Probes, spec, key, measure, *arguments)


def measure(spec: str, tagger: Tagger, probes: ProbeSet, mapping: Mapping[str, str]) -> Probes:
    """Tags all probes and counts what is found of each cell."""

    def tally(asked: Sequence[Probe], holds: Callable[[Entity, Sequence[Entity]], bool]) -> Cells:
        return _tally(zip(asked, _tag(tagger, asked, mapping), strict=True), holds)

    return Probes(
        tagger=spec,
        names=tally(probes.names, _is_whole),
        lists=tally(probes.lists, _is_whole),
        streets=tally(probes.streets, _is_person),
        places=tally(probes.streets, _is_whole),
    )


def _tag(
    tagger: Tagger, probes: Sequence[Probe], mapping: Mapping[str, str]
) -> Iterator[list[Entity]]:
    for at in range(0, len(probes), TEXTS_A_CALL):
        texts = [probe.text for probe in probes[at : at + TEXTS_A_CALL]]
        for found in tagger.tag(texts):
            yield map_labels(found, mapping)


def _is_whole(name: Entity, found: Sequence[Entity]) -> bool:
    return name.span in {e.span for e in found}


def _is_person(name: Entity, found: Sequence[Entity]) -> bool:
    return any(e.label == "PER" and e.start < name.end and name.start < e.end for e in found)


def _tally(
    answers: Iterable[tuple[Probe, Sequence[Entity]]],
    holds: Callable[[Entity, Sequence[Entity]], bool],
) -> Cells:
    cells: dict[str, dict[str, list[bool]]] = {}
    for probe, found in answers:
        cell = cells.setdefault(probe.form, {}).setdefault(probe.place, [])
        cell.extend(holds(name, found) for name in probe.names)
    return {
        form: {place: Tally(sum(cell), len(cell)) for place, cell in places.items()}
        for form, places in cells.items()
    }


@dataclass(frozen=True)
class Row:
    """A row is a form, a place or a case, with the share of each tagger in the order of tables."""

    name: str
    shares: Sequence[float | None]


class Shares(View):
    """Shares are the rows of tables: names by form, place and case; streets; lists."""

    @cached_property
    def all(self) -> list[Probes]:
        """Returns the results of all taggers that were asked the same as the last one was."""
        records = self.results.records(Probes)
        newest = max(records, key=lambda record: record.created, default=None)
        same = [r.result for r in records if newest and r.key["texts"] == newest.key["texts"]]
        return sorted(same, key=lambda result: self.results.place(result.tagger))

    def forms(self) -> list[Row]:
        """Returns the rows of names by their form, all contexts together."""
        return self._rows(lambda r: {form: places.values() for form, places in r.names.items()})

    def places(self) -> list[Row]:
        """Returns the rows of names by their context, all forms together."""
        return self._rows(lambda r: _by_place(r.names, str))

    def cases(self) -> list[Row]:
        """Returns the rows of names by their case, all forms and contexts together."""
        return self._rows(lambda r: _by_place(r.names, lambda place: place.rpartition(", ")[2]))

    def streets(self) -> list[Row]:
        """Returns the rows of streets of which a part is called a person, by setting."""
        return self._rows(lambda r: _by_place(r.streets, str))

    def street_forms(self) -> list[Row]:
        """Returns the rows of streets of which a part is called a person, by form and setting."""
        return self._rows(lambda r: _by_cell(r.streets))

    def street_places(self) -> list[Row]:
        """Returns the rows of streets that are found whole, as a place, by setting."""
        return self._rows(lambda r: _by_place(r.places, str))

    def lists(self) -> list[Row]:
        """Returns the rows of names in lists, by form and separator."""
        return self._rows(lambda r: _by_cell(r.lists))

    def worst_lists(self) -> Row:
        """Returns the row of the cell of form and separator in which a tagger finds least."""
        shares = [
            min(t.share for cells in r.lists.values() for t in cells.values()) for r in self.all
        ]
        return Row("worst", shares)

    def _rows(self, groups_of: Callable[[Probes], Mapping[str, Iterable[Tally]]]) -> list[Row]:
        groups = [
            {name: Tally.sum(tallies) for name, tallies in groups_of(result).items()}
            for result in self.all
        ]
        names = dict.fromkeys(name for group in groups for name in group)
        return [Row(name, [g[name].share if name in g else None for g in groups]) for name in names]


def _by_place(cells: Cells, group_of: Callable[[str], str]) -> dict[str, list[Tally]]:
    groups: dict[str, list[Tally]] = {}
    for places in cells.values():
        for place, tally in places.items():
            groups.setdefault(group_of(place), []).append(tally)
    return groups


def _by_cell(cells: Cells) -> dict[str, list[Tally]]:
    return {f"{f}: {p}": [tally] for f, places in cells.items() for p, tally in places.items()}


PART = Part(Probes, "Names in made texts", run, Shares)
