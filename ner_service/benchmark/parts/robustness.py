"""The part `robustness` measures the accuracy of each tagger on corpora under disturbances."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from ner_service.benchmark.disturbances import DISTURBANCES, SIGNS, WRITING, disturb
from ner_service.benchmark.listings import LISTINGS, listing
from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan
from ner_service.benchmark.results import CorpusResult
from ner_service.benchmark.texts import Corpus, predict
from ner_service.output.plots import new_axes, svg
from ner_service.scoring.significance import counts, f1_of, interval
from ner_service.types import Document, Tagger

WRITING_GROUP, LAYOUT_GROUP = "writing", "layout"
CLEAN = "as written"
GROUPS: Mapping[str, Sequence[str]] = {  # kept apart, so that a new group leaves the old figures
    WRITING_GROUP: [*WRITING],
    LAYOUT_GROUP: [CLEAN, *SIGNS, *LISTINGS],
}
POOR, DARK, GOOD = 0.3, 0.45, 1.0  # F1 at the ends of the heat map, and where its ink turns white


@dataclass(frozen=True)
class Slice:
    """A slice is F1 on a corpus under one disturbance, with its 95% interval."""

    f1: float
    low: float
    high: float


class Robustness(CorpusResult):
    """A robustness result has a slice for each column of a group; the first is the clean corpus."""

    kind = "robustness"
    slices: dict[str, Slice]
    group: str = WRITING_GROUP


def run(plan: Plan) -> None:
    """Measure every tagger on every corpus in every column."""
    for group in GROUPS:
        variant = "" if group == WRITING_GROUP else group
        plan.measure_on_corpora(Robustness, plan.taggers, partial(measure, group=group), variant)


def measure(
    corpus: Corpus,
    spec: str,
    tagger: Tagger,
    mapping: Mapping[str, str],
    seed: int,
    group: str = WRITING_GROUP,
) -> Robustness:
    """Measure F1 in each column of a group, over the labels that tagger and corpus share."""
    shared = corpus.labels & {mapping.get(label, label) for label in tagger.info.labels}

    def slice_of(documents: list[Document]) -> Slice:
        by_document = counts(documents, predict(tagger, documents, mapping), shared)
        return Slice(float(f1_of(by_document.sum(0))), *interval(by_document, seed))

    slices = {name: slice_of(change(corpus.documents, name, seed)) for name in GROUPS[group]}
    return Robustness(corpus=corpus.name, ours=corpus.ours, tagger=spec, slices=slices, group=group)


def change(documents: Sequence[Document], name: str, seed: int) -> list[Document]:
    """Return the documents of a column: the corpus under a disturbance, or lists of its names."""
    make = disturb if name in DISTURBANCES else listing
    return make(documents, name, seed)


class Heat(View):
    """Heat maps show F1 by disturbance and tagger, one map a corpus."""

    @cached_property
    def _rows(self) -> list[Robustness]:
        rows = [record.result for record in self.results.current(Robustness)]
        return sorted(rows, key=lambda row: self.results.place(row.tagger))

    def on(self, corpus: str, group: str = WRITING_GROUP) -> list[Robustness]:
        """Return the results of all taggers on a corpus in one group of columns."""
        return [row for row in self._rows if (row.corpus, row.group) == (corpus, group)]

    @property
    def corpora(self) -> list[str]:
        """Return the corpora that were measured on, by name."""
        return sorted({row.corpus for row in self._rows})

    def tables(self, corpora: Sequence[str]) -> Iterator[list[Robustness]]:
        """Yield the rows of each group on the first of the corpora that it was measured on."""
        for group in GROUPS:
            yield from [rows for corpus in corpora if (rows := self.on(corpus, group))][:1]

    def pictures(self) -> Mapping[str, str]:
        """Return a heat map for each corpus and group."""
        return {
            f"{corpus} {group}": _draw(rows)
            for corpus in self.corpora
            for group in GROUPS
            if (rows := self.on(corpus, group))
        }


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
    return svg(figure, f"heat-{rows[0].corpus}-{rows[0].group}")


PART = Part(Robustness, "Robustness", run, Heat)
