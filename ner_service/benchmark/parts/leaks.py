"""The part `leaks` counts the letters of persons' names that masking leaves, also by unions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, progress
from ner_service.benchmark.results import CorpusResult
from ner_service.benchmark.texts import Corpus, predict
from ner_service.scoring.f1 import Predicted
from ner_service.taggers.combination import CombinedTagger
from ner_service.taggers.specs import parse_combination
from ner_service.types import PERSON, Document, Entity, Tagger

JOINT = " + "  # between the taggers of a union


class Leaks(CorpusResult):
    """A leak result counts letters of names; a union masks what its members find.

    `left` are letters of persons that are in no entity at all, `left_by_label` those that are in
    none of a person. `in_vain` are letters in entities of persons that are in no person's name.
    """

    kind = "leaks"
    members: tuple[str, ...]
    letters: int
    left: int
    left_by_label: int
    in_vain: int

    @property
    def taggers(self) -> Sequence[str]:
        """Returns the specs of the members, for a union is no tagger of its own."""
        return self.members


def run(plan: Plan) -> None:
    """Measures every tagger, every two and all together, on every corpus that has persons."""
    corpora = [corpus for corpus in plan.texts if PERSON in corpus.labels]
    with progress(Leaks.kind, len(corpora) * len([*unions(plan.taggers)])) as step:
        tag = partial(_predict, plan)
        for corpus in corpora:
            for members in unions(plan.taggers):
                name = JOINT.join(members)
                step(f"{name} on {corpus.name}")
                identity = ", ".join(plan.identity(spec) for spec in members)
                key = {"corpus": corpus.hash, "tagger": identity}
                stored = f"{corpus.name}--{name}"
                plan.store.measure(Leaks, stored, key, measure, corpus, members, tag)


def unions(taggers: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yields each tagger, every two, and all where they are more."""
    yield from ((tagger,) for tagger in taggers)
    yield from combinations(taggers, 2)
    if len(taggers) > 2:
        yield tuple(taggers)


def unite(members: tuple[str, ...], taggers: Sequence[Tagger]) -> Tagger:
    """Returns the union of taggers, as its spec has it, or the only one of them."""
    if len(taggers) == 1:
        return taggers[0]
    source = "+".join(f"({member})" for member in members)
    return CombinedTagger("union", parse_combination(source), taggers)


def _predict(plan: Plan, corpus: Corpus, members: tuple[str, ...]) -> Predicted:
    tagger = unite(members, [plan.instances[spec] for spec in members])
    return predict(tagger, corpus.documents, plan.mapping)


def measure(
    corpus: Corpus,
    members: tuple[str, ...],
    tag: Callable[[Corpus, tuple[str, ...]], Predicted],
) -> Leaks:
    """Counts the letters that are left, and those that are masked in vain."""
    letters = left = left_by_label = in_vain = 0
    for document, entities in zip(corpus.documents, tag(corpus, members), strict=True):
        gold = letters_in(document, persons_of(document.entities))
        found = letters_in(document, persons_of(entities))
        letters += len(gold)
        left += len(gold - letters_in(document, entities))
        left_by_label += len(gold - found)
        in_vain += len(found - gold)
    return Leaks(
        corpus=corpus.name,
        ours=corpus.ours,
        tagger=JOINT.join(members),
        members=members,
        letters=letters,
        left=left,
        left_by_label=left_by_label,
        in_vain=in_vain,
    )


def persons_of(entities: Sequence[Entity]) -> list[Entity]:
    """Returns the entities that are persons."""
    return [entity for entity in entities if entity.label == PERSON]


def letters_in(document: Document, entities: Sequence[Entity]) -> set[int]:
    """Returns the places of the letters that are in entities."""
    text = document.text
    return {n for e in entities for n in range(e.start, e.end) if text[n].isalpha()}


@dataclass(frozen=True)
class Row:
    """A row is a tagger or a union, with its results by corpus and the shares over all of them."""

    tagger: str
    by_corpus: Mapping[str, Leaks]

    @property
    def share_left(self) -> float:
        """Returns the share of all persons' letters that masking leaves."""
        results = self.by_corpus.values()
        return sum(r.left for r in results) / sum(r.letters for r in results)

    @property
    def share_left_by_label(self) -> float:
        """Returns the share that is left where persons alone are masked."""
        results = self.by_corpus.values()
        return sum(r.left_by_label for r in results) / sum(r.letters for r in results)

    @property
    def share_in_vain(self) -> float:
        """Returns the letters masked as persons that are none, as a share of persons' letters."""
        results = self.by_corpus.values()
        return sum(r.in_vain for r in results) / sum(r.letters for r in results)


class LeakTable(View):
    """The leak table has a row for each tagger and union, measured on the same corpora."""

    @cached_property
    def corpora(self) -> list[str]:
        """Returns the corpora that all rows were measured on, ours last."""
        current = [record.result for record in self.results.current(Leaks)]
        ours = {r.corpus: r.ours for r in current}
        return sorted(ours, key=lambda name: (ours[name], name))

    @cached_property
    def rows(self) -> list[Row]:
        """Returns the taggers, then unions by the number of their members."""
        by_tagger: dict[tuple[str, ...], dict[str, Leaks]] = {}
        for record in self.results.current(Leaks):
            by_tagger.setdefault(record.result.members, {})[record.result.corpus] = record.result
        place = self.results.place
        order = sorted(by_tagger, key=lambda members: (len(members), [*map(place, members)]))
        complete = [m for m in order if by_tagger[m].keys() == {*self.corpora}]
        return [Row(JOINT.join(members), by_tagger[members]) for members in complete]


PART = Part(Leaks, "What masking leaves", run, LeakTable)
