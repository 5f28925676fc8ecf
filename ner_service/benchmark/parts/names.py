"""The part `names` measures base forms, parts and joined mentions of gold spans.

Natasha's own chain and pymorphy3 alone get the same spans in the same run.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from itertools import chain
from pathlib import Path

from pydantic import Field

from ner_service.benchmark.comparison import newest_first
from ner_service.benchmark.gold_names import BASE_FORMS, PARTS, GoldDocument, read_gold
from ner_service.benchmark.part import Part, View
from ner_service.benchmark.parts.speed import split_prose
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.probes.base_forms import FORMS, make_sentences
from ner_service.benchmark.processes import name_chains
from ner_service.benchmark.processes.natasha_names import NatashaNames
from ner_service.benchmark.processes.pymorphy_alone import PymorphyAlone
from ner_service.benchmark.processes.timed_tagger import Worker
from ner_service.benchmark.results import Result, Spread
from ner_service.benchmark.texts import Prose, is_present
from ner_service.corpora import locate
from ner_service.digest import digest
from ner_service.labels import LABELS
from ner_service.names import Analyser, Analysis
from ner_service.scoring import names as scoring
from ner_service.scoring.names import BaseForm, BaseFormRates, Joining
from ner_service.text.tokens import tokenize
from ner_service.types import Entity

ALL = "all"
KINDS = ("first", "middle", "last")
PEOPLE, PEOPLE_QUICK = 40, 4  # that are made, each in all cases, forms and sentences
Spans = Sequence[Entity]


@dataclass(frozen=True)
class Answer:
    """An answer has for each span its base form, its group, and its parts if it has any."""

    normals: Sequence[str | None]
    groups: Sequence[Hashable]
    parts: Sequence[Mapping[str, str]] = ()


Method = Callable[[str, Spans], Answer]


@dataclass(frozen=True)
class Row:
    """A row is the figures of one method, by label and for all; no parts are `None`."""

    method: str
    base_forms: dict[str, BaseFormRates]
    joining: dict[str, Joining]
    parts: float | None


@dataclass(frozen=True)
class Cost:
    """A cost is tokens a CPU second on one core: natasha's chain, ours, and our tagging alone."""

    natasha: Spread
    ours: Spread
    tagging: Spread
    ratio: Spread  # of ours to natasha's


class Names(Result):
    """A result about names compares methods on gold spans, and chains on plain texts."""

    kind = "names"
    names_machine = True
    rows: list[Row]
    # base forms of made names that are right, by form and method
    made: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    mentions: int
    persons: int  # whose parts are compared
    texts: str  # that the cost was measured on
    cost: Cost


def run(plan: Plan) -> None:
    """Measures all methods where the gold corpora are present, else nothing."""
    if not all(is_present(name, plan.root) for name in (BASE_FORMS, PARTS)):
        return
    key = {
        **plan.timing_key(),
        **{name: digest(locate(name, plan.root))[:16] for name in (BASE_FORMS, PARTS)},
        **{library: version(library) for library in ("natasha", "pymorphy3")},
    }
    rounds = 3 if plan.quick or plan.prose.ours else 5
    with progress("names", 4 + 3 * rounds) as step:
        people = PEOPLE_QUICK if plan.quick else PEOPLE
        arguments = plan.root, plan.prose, rounds, people, plan.store.seed, step
        plan.store.measure(Names, "names", key, measure, *arguments)


def measure(
    root: Path | None, prose: Prose, rounds: int, people: int, seed: int, step: Step
) -> Names:
    """Measures the methods on gold spans, then the chains."""
    forms, persons = read_gold(BASE_FORMS, root), read_gold(PARTS, root)
    rows: list[Row] = []
    made: dict[str, dict[str, float | None]] = {form: {} for form in FORMS}
    for name, load in METHODS.items():
        step(name)
        method = load()
        rows.append(rate_method(name, method, forms, persons))
        for form, share in rate_made(method, people, seed).items():
            made[form][name] = share
    return Names(
        rows=rows,
        made=made,
        mentions=sum(len(document.names) for document in forms),
        persons=sum(bool(name.parts) for document in persons for name in document.names),
        texts=prose.name,
        cost=time_chains(prose, rounds, step),
    )


def rate_made(method: Method, people: int, seed: int) -> dict[str, float | None]:
    """Returns the share of base forms that a method gets right of made names, by form."""
    outcomes: dict[str, list[bool]] = {form: [] for form in FORMS}
    for form, document in make_sentences(people, seed):
        (gold,) = document.names
        (normal,) = method(document.text, document.entities).normals
        right = BaseForm(document.surface(gold), gold.normal or "", normal)
        outcomes[form].append(right.is_right)
    return {form: scoring.rate(some) for form, some in outcomes.items()}


def rate_method(
    name: str, method: Method, forms: Sequence[GoldDocument], persons: Sequence[GoldDocument]
) -> Row:
    """Returns the figures of a method."""
    base_forms: dict[str, list[BaseForm]] = {label: [] for label in LABELS}
    pairs: dict[str, list[tuple[Hashable, Hashable]]] = {label: [] for label in LABELS}
    for n, document in enumerate(forms):
        answer = method(document.text, document.entities)
        for gold, normal, group in zip(document.names, answer.normals, answer.groups, strict=True):
            label, surface = gold.entity.label, document.surface(gold)
            base_forms[label].append(BaseForm(surface, gold.normal or surface, normal))
            pairs[label].append(((n, gold.identity), (n, group)))
    joined = {label: scoring.b_cubed(some) for label, some in pairs.items()}
    return Row(
        name,
        {label: BaseFormRates.of(some) for label, some in base_forms.items()}
        | {ALL: BaseFormRates.of([*chain(*base_forms.values())])},
        {label: value for label, value in joined.items() if value},
        _rate_parts(method, persons),
    )


def _rate_parts(method: Method, persons: Sequence[GoldDocument]) -> float | None:
    """Returns the share of gold parts that are right, `None` where the method has none."""
    outcomes = []
    for document in persons:
        answer = method(document.text, document.entities)
        for gold, parts in zip(document.names, answer.parts, strict=False):
            told = (kind for kind in KINDS if kind in gold.parts)
            outcomes += [scoring.is_part_right(parts.get(k), gold.parts[k]) for k in told]
    return scoring.rate(outcomes)


def _load_surface() -> Method:
    """Returns the method that leaves every form as it is."""
    return lambda text, spans: _group_alike(spans, [text[e.start : e.end] for e in spans])


def _load_pymorphy() -> Method:
    pymorphy = PymorphyAlone()
    return lambda text, spans: _group_alike(spans, pymorphy.normals(text, spans))


def _load_natasha() -> Method:
    natasha = NatashaNames()

    def answer(text: str, spans: Spans) -> Answer:
        normals, parts = natasha.analyse(text, spans)
        return _group_alike(spans, normals, parts)

    return answer


def _load_ours() -> Method:
    analyser = Analyser()
    return lambda text, spans: _answer_of(analyser.analyse(text, spans))


def _answer_of(analysis: Analysis) -> Answer:
    groups = {n: group for group, name in enumerate(analysis.names) for n in name.mentions}
    records = (mention.parts.record() if mention.parts else {} for mention in analysis.mentions)
    parts = [{kind: part for kind, part in record.items() if part} for record in records]
    normals = [mention.normal for mention in analysis.mentions]
    return Answer(normals, [groups[n] for n in range(len(normals))], parts)


def _group_alike(
    spans: Spans, normals: Sequence[str], parts: Sequence[Mapping[str, str]] = ()
) -> Answer:
    """Returns an answer in which spans of one label and base form are a group."""
    pairs = zip(spans, normals, strict=True)
    return Answer(normals, [(span.label, scoring.fold(n)) for span, n in pairs], parts)


METHODS: dict[str, Callable[[], Method]] = {
    "the form in the text": _load_surface,
    "pymorphy3 alone": _load_pymorphy,
    "natasha": _load_natasha,
    "ours": _load_ours,
}


def time_chains(prose: Prose, rounds: int, step: Step) -> Cost:
    """Times the chains in turns, each in a process of its own, on texts that they have not seen."""
    names = (name_chains.NATASHA, name_chains.OURS, name_chains.TAGGING)
    timed: dict[str, list[float]] = {name: [] for name in names}
    for number, (warm, *timed_texts) in enumerate(split_prose(prose, rounds)):
        texts = [text for part in timed_texts for text in part]
        tokens = sum(len(tokenize(text)) for text in texts)
        for name in names if number % 2 == 0 else names[::-1]:
            step(f"{name}, round {number + 1}")
            with Worker(name) as worker:
                worker.time(warm)
                timed[name].append(tokens / worker.time(texts)["cpu"])
    natasha, ours, tagging = (timed[name] for name in names)
    ratio = Spread.of_ratios(ours, natasha)
    return Cost(Spread.of(natasha), Spread.of(ours), Spread.of(tagging), ratio)


class Comparison(View):
    """The comparison is that of the newest measurement."""

    @cached_property
    def latest(self) -> Names | None:
        """Returns the newest result, `None` where names were not measured."""
        records = newest_first(self.results.records(Names))
        return records[0].result if records else None


PART = Part(Names, "Base forms, parts and joined mentions", run, Comparison)
