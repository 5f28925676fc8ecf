"""Robustness is the accuracy of each tagger on corpora under disturbances."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ner_service.benchmark.charts import new_axes, svg
from ner_service.benchmark.disturbances import DISTURBANCES, disturb
from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.results import CorpusResult
from ner_service.benchmark.texts import Corpus, predict
from ner_service.scoring.significance import counts, f1_of, interval
from ner_service.types import Document, Tagger

POOR, DARK, GOOD = 0.3, 0.45, 1.0  # F1 at the ends of the heat map, and where its ink turns white


@dataclass(frozen=True)
class Slice:
    """A slice is F1 on a corpus under one disturbance, with its 95% interval."""

    f1: float
    low: float
    high: float


class Robustness(CorpusResult):
    """A robustness result has a slice for each disturbance; the first is the corpus as it is."""

    kind = "robustness"
    slices: dict[str, Slice]


def run(plan: Plan) -> None:
    """Measures every tagger on every corpus under every disturbance."""
    plan.measure_on_corpora(Robustness, plan.taggers, measure)


def measure(
    corpus: Corpus, spec: str, tagger: Tagger, mapping: Mapping[str, str], seed: int
) -> Robustness:
    """Measures F1 under each disturbance, over the labels that tagger and corpus share."""
    shared = corpus.labels & {mapping.get(label, label) for label in tagger.info.labels}

    def slice_of(documents: list[Document]) -> Slice:
        by_document = counts(documents, predict(tagger, documents, mapping), shared)
        return Slice(float(f1_of(by_document.sum(0))), *interval(by_document, seed))

    slices = {name: slice_of(disturb(corpus.documents, name, seed)) for name in DISTURBANCES}
    return Robustness(corpus=corpus.name, ours=corpus.ours, tagger=spec, slices=slices)


class Heat(View):
    """Heat maps show F1 by disturbance and tagger, one map a corpus."""

    @cached_property
    def _rows(self) -> list[Robustness]:
        rows = [record.result for record in self.results.current(Robustness)]
        return sorted(rows, key=lambda row: self.results.place(row.tagger))

    def on(self, corpus: str) -> list[Robustness]:
        """Returns the results of all taggers on a corpus."""
        return [row for row in self._rows if row.corpus == corpus]

    def pictures(self) -> Mapping[str, str]:
        """Returns a heat map for each corpus."""
        corpora = sorted({row.corpus for row in self._rows})
        return {corpus: _draw(self.on(corpus)) for corpus in corpora}


def _draw(rows: list[Robustness]) -> str:
    names = list(rows[0].slices)
    figure, axes = new_axes(9, 1.8 + 0.45 * len(rows))
    values = [[row.slices[name].f1 for name in names] for row in rows]
    axes.pcolormesh(values, cmap="RdYlGn", vmin=POOR, vmax=GOOD, edgecolors="white")
    axes.invert_yaxis()
    for (y, x), value in np.ndenumerate(values):
        shown, ink = f"{value:.3f}".lstrip("0"), "white" if value < DARK else "black"
        axes.text(x + 0.5, y + 0.5, shown, ha="center", va="center", fontsize=10, color=ink)
    axes.set_xticks([n + 0.5 for n in range(len(names))], names, rotation=35, ha="right")
    axes.set_yticks([n + 0.5 for n in range(len(rows))], [row.tagger for row in rows])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return svg(figure, f"heat-{rows[0].corpus}")


PART = Part(Robustness, "Robustness", run, Heat)
