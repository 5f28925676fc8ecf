"""The part `quality` measures the accuracy of each tagger on each annotated corpus."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from pydantic import Field

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.parts.speed import Costs
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.results import CorpusResult, Spread
from ner_service.benchmark.texts import HEADLINE, Corpus, predict
from ner_service.corpora.reading import Reading
from ner_service.corpora.recorded import FIELD, Recorded, recorded_of
from ner_service.output.plots import color_of, new_axes, svg
from ner_service.scoring import assess
from ner_service.scoring.assessment import RatesWithInterval
from ner_service.scoring.calibration import Calibration
from ner_service.scoring.errors import Errors
from ner_service.scoring.f1 import Predicted, exact
from ner_service.scoring.kinds import KindScore, worst_of
from ner_service.scoring.significance import p_value
from ner_service.taggers.registry import load_tagger
from ner_service.types import ScoreKind, Tagger

RECORDED = "recorded"  # the version of a system that does not run here
SIGNIFICANCE = 0.05  # a difference with a p value from here up may be chance


class Quality(CorpusResult):
    """A quality result scores a tagger over the labels that it shares with a corpus."""

    kind = "quality"
    names_machine = True
    version: str
    documents: int
    labels: dict[str, RatesWithInterval]
    micro: RatesWithInterval
    micro_all: float  # F1 over all labels, unknown and foreign ones too
    unknown: dict[str, int]  # gold entities of each label that the tagger cannot produce
    foreign: dict[str, int]  # predicted entities of each label that the corpus lacks
    errors: dict[str, Errors]
    token_io: dict[str, float]
    calibration: Calibration | None
    score_kind: str
    by_document: list[tuple[int, int, int]]
    cost_usd: float | None = None  # of all answers, where they were recorded with it
    kinds: dict[str, KindScore] = Field(default_factory=dict)  # of text, where documents say them


def run(plan: Plan) -> None:
    """Measures every tagger on every corpus, and the answers that corpora record."""
    plan.measure_on_corpora(Quality, [*specs_with_conventions(plan)], measure)
    for corpus in plan.texts:
        for recorded in recorded_in(corpus, plan.mapping):
            name = f"{recorded.name} (recorded)"
            key = {"corpus": corpus.hash, "tagger": RECORDED}
            arguments = corpus, name, recorded, plan.store.seed
            plan.store.measure(Quality, f"{corpus.name}--{name}", key, measure_recorded, *arguments)


def recorded_in(corpus: Corpus, mapping: Mapping[str, str]) -> Iterator[Recorded]:
    """Yields the answers of other systems that the documents of a corpus hold."""
    documents = corpus.documents
    if any(FIELD in document.fields for document in documents):
        yield from recorded_of(documents, documents, "", corpus.name, Reading(mapping))


def specs_with_conventions(plan: Plan) -> Iterator[str]:
    """Yields each tagger, and again in those of its conventions that a corpus is named by."""
    for spec in plan.taggers:
        yield spec
        default, *others = plan.instances[spec].info.conventions or ("",)
        for convention in others:
            other = f"{spec.removesuffix(f'@{default}')}@{convention}"
            is_named = any(corpus.name.startswith(f"{convention}_") for corpus in plan.texts)
            if is_named and other not in plan.taggers:
                plan.instances[other] = load_tagger(other)
                yield other


def measure(
    corpus: Corpus, spec: str, tagger: Tagger, mapping: Mapping[str, str], seed: int
) -> Quality:
    """Tags a corpus and compares the entities with those of the corpus."""
    predicted = predict(tagger, corpus.documents, mapping)
    producible = {mapping.get(label, label) for label in tagger.info.labels} - {""}
    version, score_kind = tagger.info.version, tagger.info.score_kind
    return _compare(corpus, spec, predicted, producible, version, score_kind, seed)


def measure_recorded(corpus: Corpus, name: str, recorded: Recorded, seed: int) -> Quality:
    """Compares recorded entities with those of the corpus, over all labels of the corpus."""
    found = _compare(corpus, name, recorded.entities, corpus.labels, RECORDED, "none", seed)
    return found.model_copy(update={"cost_usd": recorded.cost})


def _compare(
    corpus: Corpus,
    name: str,
    predicted: Predicted,
    producible: set[str],
    version: str,
    score_kind: ScoreKind,
    seed: int,
) -> Quality:
    """Scores entities over the labels that both the corpus has and the system can produce."""
    documents = corpus.documents
    scores = assess(documents, predicted, corpus.labels & producible, seed)
    gold_labels = Counter(e.label for d in documents for e in d.entities)
    predicted_labels = Counter(e.label for entities in predicted for e in entities)
    return Quality(
        corpus=corpus.name,
        ours=corpus.ours,
        tagger=name,
        version=version,
        documents=scores.documents,
        labels=dict(scores.labels),
        micro=scores.micro,
        micro_all=exact(documents, predicted).f1,
        unknown={k: n for k, n in sorted(gold_labels.items()) if k not in producible},
        foreign={k: n for k, n in sorted(predicted_labels.items()) if k not in corpus.labels},
        errors=dict(scores.errors),
        token_io={label: score.f1 for label, score in scores.token_io.items()},
        calibration=scores.calibration,
        score_kind=score_kind,
        by_document=scores.by_document.tolist(),
        kinds=dict(scores.kinds),
    )


@dataclass(frozen=True)
class Comparison:
    """A comparison is with the most accurate tagger; `p_value` is `None` for that one itself."""

    quality: Quality
    p_value: float | None

    @property
    def is_tied(self) -> bool:
        """Returns whether the difference may be chance."""
        return self.p_value is None or self.p_value >= SIGNIFICANCE

    @property
    def p_text(self) -> str:
        """Returns the p value with three digits."""
        if self.p_value is None:
            return "–"
        return "< 0.001" if self.p_value < 0.001 else f"{self.p_value:.3f}"


class Accuracy(View):
    """Accuracy ranks the taggers on each corpus, and tests the differences."""

    @cached_property
    def _p_values(self) -> dict[tuple[str, ...], float]:
        """Returns the p values that were drawn so far, by corpus and pair of taggers."""
        return {}

    @cached_property
    def weights(self) -> dict[tuple[str, str], dict[str, Quality]]:
        """Returns the results by corpus of all weights with a hash, by tagger and identity."""
        weights: dict[tuple[str, str], dict[str, Quality]] = {}
        records = self.results.current(Quality)
        for record in sorted(records, key=lambda r: self.results.place(r.result.tagger)):
            q, identity = record.result, record.key["tagger"]
            if identity != q.version:
                weights.setdefault((q.tagger, identity), {})[q.corpus] = q
        return weights

    @cached_property
    def qualities(self) -> list[Quality]:
        """Returns the results on the corpora as they were last measured on."""
        return [record.result for record in self.results.current(Quality)]

    @cached_property
    def corpora(self) -> list[str]:
        """Returns the corpora with labels to compare: test sets, then others, then our own."""
        ours = {q.corpus: q.ours for q in self.qualities if self._compared[q.corpus]}
        rank = {name: n for n, name in enumerate(HEADLINE)}
        return sorted(ours, key=lambda name: (ours[name], rank.get(name, len(rank)), name))

    @cached_property
    def _compared(self) -> dict[str, frozenset[str]]:
        """Returns the labels that taggers are compared over: those that most share on a corpus."""
        counts: dict[str, Counter[frozenset[str]]] = {}
        for q in self.qualities:
            counts.setdefault(q.corpus, Counter())[frozenset(q.labels)] += bool(q.labels)
        return {
            corpus: max(sets, key=lambda labels: (sets[labels], len(labels), sorted(labels)))
            for corpus, sets in counts.items()
        }

    def ranked(self, corpus: str) -> list[Comparison]:
        """Returns taggers over the same labels, the most accurate first."""
        labels = self._compared[corpus]
        same = [q for q in self.qualities if q.corpus == corpus and q.labels.keys() == labels]
        same.sort(key=lambda q: -q.micro.f1)
        return [self.compare(same[0], q) for q in same]

    def kinds(self, corpus: str) -> list[str]:
        """Returns the kinds of text of a corpus, the hardest for the best tagger first."""
        return list(self.ranked(corpus)[0].quality.kinds)

    def has_costs(self, corpus: str) -> bool:
        """Returns whether the recorded answers of a system say what they cost."""
        return any(c.quality.cost_usd is not None for c in self.ranked(corpus))

    def worst_kind(self, quality: Quality) -> str:
        """Returns the kind of text of a tagger's lowest F1 on a corpus that has kinds."""
        return worst_of(quality.kinds)

    def unranked(self, corpus: str) -> list[Quality]:
        """Returns the taggers of other labels, whose F1 is of other entities."""
        labels = self._compared[corpus]
        return [q for q in self.qualities if q.corpus == corpus and q.labels.keys() != labels]

    def compare(self, one: Quality, other: Quality) -> Comparison:
        """Tests the difference of two taggers on the same corpus; each pair is tested once."""
        if one is other:
            return Comparison(other, None)
        pair = (one.corpus, *sorted([one.tagger, other.tagger]))
        if pair not in self._p_values:
            a, b = (np.array(q.by_document, np.int64) for q in (one, other))
            self._p_values[pair] = p_value(a, b, self.results.store.seed)
        return Comparison(other, self._p_values[pair])

    def recommended(self, corpus: str) -> str:
        """Returns the fastest of the taggers that are tied with the most accurate."""
        tied = [c.quality.tagger for c in self.ranked(corpus) if c.is_tied]
        return max(tied, key=self.results.view(Costs).relative_speed)

    def pictures(self) -> Mapping[str, str]:
        """Returns F1 by corpus, F1 over speed, and how often entities of a score are right."""
        if not self.corpora:
            return {}
        drawn = {"accuracy": self._draw_accuracy()}
        ranked = [comparison.quality for comparison in self.ranked(self.corpora[0])]
        if (costs := self.results.view(Costs)).all:
            drawn["quality_speed"] = self._draw_speed(ranked, costs)
        if any(q.calibration for q in ranked):
            drawn["reliability"] = self._draw_reliability(ranked)
        return drawn

    @property
    def _colors(self) -> Mapping[str, str]:
        return color_of(self.results.taggers)

    def _draw_accuracy(self) -> str:
        rows = [c.quality for corpus in self.corpora for c in self.ranked(corpus)][::-1]
        figure, axes = new_axes(height=1.2 + 0.28 * len(rows))
        for n, q in enumerate(rows):
            ends, color = _whiskers(q.micro.f1, q.micro), self._colors[q.tagger]
            axes.errorbar(q.micro.f1, n, xerr=ends, fmt="o", color=color, capsize=3)
        axes.set_yticks(range(len(rows)), [f"{q.corpus} · {q.tagger}" for q in rows])
        axes.set_xlabel("F1 of whole entities, 95% interval")
        return svg(figure, "accuracy")

    def _draw_speed(self, ranked: list[Quality], costs: Costs) -> str:
        figure, axes = new_axes()
        for q in ranked:
            if cost := costs.cost_of(q.tagger):
                place, color = (cost.single.median, q.micro.f1), self._colors[q.tagger]
                across, up = _whiskers(place[0], cost.single), _whiskers(place[1], q.micro)
                axes.errorbar(*place, up, across, "o", markersize=9, color=color, capsize=3)
                axes.annotate(q.tagger, place, (9, 7), textcoords="offset points")
        axes.margins(0.15)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.set_xlabel("tokens a second on one core, one text a call")
        axes.set_ylabel(f"F1 on {ranked[0].corpus}")
        return svg(figure, "quality-speed")

    def _draw_reliability(self, ranked: list[Quality]) -> str:
        figure, axes = new_axes(5.2, 4.6)
        axes.plot([0, 1], [0, 1], color="#999", linewidth=1)
        for q in ranked:
            if q.calibration:
                bins, color = q.calibration.bins, self._colors[q.tagger]
                largest = max(b.count for b in bins)
                x, y = [b.score for b in bins], [b.precision for b in bins]
                sizes = [20 + 160 * b.count / largest for b in bins]
                label = f"{q.tagger} (ECE {q.calibration.ece:.3f})"
                axes.plot(x, y, "-", color=color, alpha=0.5)
                axes.scatter(x, y, s=sizes, color=color, label=label)
        axes.set(xlabel="score given", ylabel="share that is right")
        axes.legend(frameon=False)
        return svg(figure, "reliability")


def _whiskers(at: float, ends: Spread | RatesWithInterval) -> list[list[float]]:
    return [[at - ends.low], [ends.high - at]]


PART = Part(Quality, "Accuracy", run, Accuracy, requires=("selfcheck",))
