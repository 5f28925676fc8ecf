"""Probes hold the names that they ask for, and count what taggers of known faults find."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

pytest.importorskip("pymorphy3")

from ner_service.benchmark.parts import read_results
from ner_service.benchmark.parts.probes import EACH_QUICK, Probes, Shares, Tally, measure, run
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.probes.names import CASES, ORDERS, Person, draw_people
from ner_service.benchmark.probes.texts import (
    CONTEXTS,
    LIST_FORMS,
    LIST_LENGTH,
    SEPARATORS,
    STREET_FORMS,
    STREETS,
    ProbeSet,
    make_probes,
)
from ner_service.benchmark.results import Store
from ner_service.types import Entity, TaggerInfo

Answer = Callable[[Entity], list[Entity]]


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return draw_people(14, seed=1)


@pytest.fixture(scope="module")
def probes() -> ProbeSet:
    return make_probes(3, seed=1)


@dataclass
class Knowing:
    """A tagger that knows the names of all probes, and answers each in its own way."""

    probes: ProbeSet
    answer: Answer

    @property
    def info(self) -> TaggerInfo:
        return TaggerInfo("knowing", "1", ("ru",), ("PER", "LOC", "ORG"), "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        asked = (*self.probes.names, *self.probes.streets, *self.probes.lists)
        names = {probe.text: probe.names for probe in asked}
        return [[e for name in names[text] for e in self.answer(name)] for text in texts]


def shares(probes: ProbeSet, answer: Answer) -> dict[str, set[float]]:
    """Return the shares that occur in the cells of each table."""
    found = measure("knowing", Knowing(probes, answer), probes, {})
    tables = {"names": found.names, "lists": found.lists, "streets": found.streets}
    tables |= {"places": found.places}
    return {
        name: {tally.share for cells in table.values() for tally in cells.values()}
        for name, table in tables.items()
    }


def test_people_are_men_and_women_in_turn_and_no_surname_comes_twice(people: list[Person]) -> None:
    names = [person["nominative"] for person in people]
    assert all(name.patronymic.endswith("ич") for name in names[::2])
    assert all(name.patronymic.endswith("на") for name in names[1::2])
    assert len({name.surname for name in names}) == len(names)
    assert all(word.istitle() for n in names for word in (n.first, n.patronymic, n.surname))


def test_names_are_inflected(people: list[Person]) -> None:
    for person in people:
        assert list(person) == list(CASES)
        patronymics = [person[case].patronymic for case in ("nominative", "genitive", "dative")]
        endings = ("ич", "ича", "ичу") if patronymics[0].endswith("ич") else ("на", "ны", "не")
        assert [p.endswith(e) for p, e in zip(patronymics, endings, strict=True)] == [True] * 3


def test_the_same_seed_draws_the_same_people(people: list[Person]) -> None:
    assert draw_people(14, seed=1) == people
    assert draw_people(14, seed=2) != people


def test_each_form_of_a_name_stands_as_often_in_each_place(probes: ProbeSet) -> None:
    names = Counter((probe.form, probe.place) for probe in probes.names)
    assert names == {(form, place): 3 for form in ORDERS for place in CONTEXTS}
    streets = Counter((probe.form, probe.place) for probe in probes.streets)
    assert streets == {(f, p): 3 * len(texts) for f in STREET_FORMS for p, texts in STREETS.items()}
    lists = Counter((probe.form, probe.place) for probe in probes.lists)
    assert lists == {(form, place): 9 // LIST_LENGTH for form in LIST_FORMS for place in SEPARATORS}
    assert {len(probe.names) for probe in probes.lists} == {LIST_LENGTH}


def test_bounds_are_those_of_names(probes: ProbeSet) -> None:
    for probe in (*probes.names, *probes.streets, *probes.lists):
        for name in probe.names:
            surface = probe.text[name.start : name.end]
            assert surface == surface.strip()
            assert surface[0].isupper()
            words = probe.form.split()
            assert len(surface.split()) == len(words) + sum(w == "initials" for w in words)


def test_an_initial_and_a_sentence_end_in_one_full_stop() -> None:
    ends = [p for p in make_probes(1, seed=3).names if p.place.startswith("sentence end")]
    initials = [p.text for p in ends if p.form == "surname initials"]
    assert initials
    assert all(text.endswith(".") and not text.endswith("..") for text in initials)


def test_a_tagger_without_fault_finds_all(probes: ProbeSet) -> None:
    assert shares(probes, lambda name: [name]) == {
        "names": {1.0},
        "lists": {1.0},
        "streets": {0.0},
        "places": {1.0},
    }


def test_streets_that_are_called_people_are_counted(probes: ProbeSet) -> None:
    found = shares(probes, lambda name: [replace(name, label="PER", end=name.start + 1)])
    assert found["streets"] == {1.0}
    assert found["places"] == found["names"] == found["lists"] == {0.0}


def test_a_label_is_mapped_before_it_is_compared(probes: ProbeSet) -> None:
    tagger = Knowing(probes, lambda name: [replace(name, label={"PER": "P"}.get(name.label, "L"))])
    found = measure("knowing", tagger, probes, {"P": "PER", "L": ""})
    assert {t.share for cells in found.names.values() for t in cells.values()} == {1.0}
    assert {t.share for cells in found.places.values() for t in cells.values()} == {0.0}


@pytest.mark.slow
def test_a_run_measures_each_tagger_once_on_the_same_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path, 1)
    quick = make_probes(EACH_QUICK, store.seed)
    taggers = {
        "right": Knowing(quick, lambda name: [name]),
        "wrong": Knowing(quick, lambda name: []),
    }
    plan = Plan([*taggers], [], {}, None, store, quick=True)
    monkeypatch.setitem(plan.__dict__, "instances", taggers)
    run(plan)
    first = store.records(Probes)
    run(plan)
    assert store.records(Probes) == first
    view = read_results(store).view(Shares)
    assert [result.tagger for result in view.all] == ["right", "wrong"]
    assert {tuple(row.shares) for row in (*view.forms(), *view.cases(), *view.lists())} == {(1, 0)}
    assert [row.name for row in view.cases()] == list(CASES)
    assert view.worst_lists().shares == [1, 0]
    assert [tuple(row.shares) for row in view.street_places()] == [(1, 0)] * len(STREETS)


def test_tallies_of_cells_are_summed() -> None:
    assert Tally.sum([Tally(1, 2), Tally(3, 4)]) == Tally(4, 6)
    assert Tally.sum([]).share == 0
