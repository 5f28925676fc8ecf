"""The page of a corpus report: one file with its pictures, for readers who are no specialists."""

from collections import Counter
from collections.abc import Sequence

from ner_service.explore.corpus.report import CorpusReport
from ner_service.explore.corpus.sample import Sample
from ner_service.explore.corpus.sizes import LONG, Sizes
from ner_service.output.html import render
from ner_service.output.numbers import numbered
from ner_service.output.plots import COLORS, color_of, new_axes, svg

BINS = 30
SHOWN = 20  # rows of a table whose rest is in the JSON
IMBALANCED = 10  # times as many entities of one label as of another, from which on to worry
FEW = 50  # entities of a label, with which a net learns little
MOST_NAMED = 5  # labels of which a sentence says that they are few
MOST_BARS = 20  # labels that have bars, the most frequent ones: more could not be read
MOST_CHARS = 30  # of a label or a file's name in a picture
LEAST_SEEN, MOST_SEEN = 0.3, 0.9  # share of a held-out file's names between which all is usual


def page(title: str, report: CorpusReport, samples: Sequence[Sample]) -> str:
    """Return the page."""
    return render(
        "corpus_report.html.j2",
        title=title,
        report=report,
        remarks=remarks(report),
        balance=_balance(report.files),
        lengths=_lengths(samples),
        entities=_entities(samples),
        entity_lengths=_entity_lengths(report.files),
        bars=len({label.label for file in report.files for label in file.labels}) > len(COLORS),
        long=LONG,
        shown=SHOWN,
    )


def remarks(report: CorpusReport) -> list[str]:
    """Return what a reader should know first, in sentences."""
    lines: list[str] = []
    for file in report.files:
        if not file.entities:
            lines.append(f"{file.file} holds no entities: nothing can be learned from it.")
        few = [label for label in file.labels if label.entities < FEW and not file.is_held_out]
        if few:
            named = [f"{label.entities} of {label.label}" for label in few[:MOST_NAMED]]
            others = len(few) - len(named)
            named += [f"few of {numbered(others, 'other label')}"] if others else []
            lines.append(
                f"{file.file} has only {', '.join(named)}: a net needs some {FEW} or more to learn "
                "a label. Annotate more, or begin with --from ru-news."
            )
        if file.imbalance >= IMBALANCED:
            most, least = file.labels[0], file.labels[-1]
            lines.append(
                f"Labels of {file.file} are out of balance: {most.label} has {file.imbalance:.0f} "
                f"times as many entities as {least.label}. Judge {least.label} by its own F1: the "
                "F1 of all labels together hardly shows it."
            )
    copies = report.copies
    if copies.leak:
        lines.append(
            f"Documents that scores are made on and that another file has, too: {copies.leak}. "
            "Take them out, or scores will be too good."
        )
    if copies.copy:
        lines.append(f"Documents that come twice, and count twice: {copies.copy}.")
    for name, share in _seen_by_file(report):
        if share > MOST_SEEN:
            lines.append(
                f"{share:.0%} of the names of {name} are in the training data: a dictionary would "
                "score well there, so a good score says little about new names."
            )
        elif share < LEAST_SEEN:
            lines.append(
                f"Only {share:.0%} of the names of {name} are in the training data: it is a hard "
                "test of new names, or of another kind than the training data."
            )
    if report.unmarked:
        marks = sum(name.unmarked for name in report.unmarked)
        lines.append(
            f"Names that are marked in some places and not in others: {len(report.unmarked)}, in "
            f"{numbered(marks, 'place')}. Some of these may be forgotten."
        )
    if report.doubts and report.doubts.disagreements:
        lines.append(
            f"Entities that {report.doubts.tagger} is sure of and that the annotation has not, or "
            f"has otherwise: {len(report.doubts.disagreements)}. Look at these first."
        )
    return lines


def _seen_by_file(report: CorpusReport) -> list[tuple[str, float]]:
    """Return the share of names that training has, for each held-out file."""
    files = dict.fromkeys(row.file for row in report.seen)
    shares = []
    for file in files:
        rows = [row for row in report.seen if row.file == file]
        known = sum(row.same_label + row.base_form for row in rows)
        shares.append((file, known / sum(row.entities for row in rows)))
    return shares


def _balance(files: Sequence[Sizes]) -> str:
    """Draw the share of each label among the entities of each file."""
    labels = _most_frequent(files, MOST_BARS)
    figure, axes = new_axes(7.2, 0.9 + 0.34 * max(1, len(labels)) * (0.5 + 0.5 * len(files)))
    colors = color_of([file.file for file in files])
    height = 0.8 / len(files)
    for n, file in enumerate(files):
        shares = {label.label: label.share for label in file.labels}
        places = [at + n * height for at in range(len(labels))]
        values = [100 * shares.get(label, 0.0) for label in labels]
        bars = axes.barh(
            places, values, height * 0.9, label=_short(file.file), color=colors[file.file]
        )
        axes.bar_label(bars, [f"{value:.0f}%" for value in values], padding=3, fontsize=9)
    middle = (len(files) - 1) * height / 2
    axes.set_yticks([at + middle for at in range(len(labels))], [_short(label) for label in labels])
    axes.invert_yaxis()
    axes.set_xlabel("share of the entities, %")
    axes.grid(axis="y", visible=False)
    if len(files) > 1:
        figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=9)
    return svg(figure, "balance")


def _lengths(samples: Sequence[Sample]) -> str:
    """Draw how many tokens documents have."""
    return _histogram(
        samples, {s.name: [len(e.tokens) for e in s.drawn] for s in samples}, "tokens of a document"
    )


def _entities(samples: Sequence[Sample]) -> str:
    """Draw how many entities documents have."""
    counts = {s.name: [len(e.document.entities) for e in s.drawn] for s in samples}
    return _histogram(samples, counts, "entities of a document")


def _histogram(samples: Sequence[Sample], numbers: dict[str, list[int]], title: str) -> str:
    """Draw the shares of documents by a number; the longest hundredth counts as the last bar."""
    figure, axes = new_axes(5.4, 3.0)
    colors = color_of([sample.name for sample in samples])
    everything = sorted(n for some in numbers.values() for n in some)
    end = max(1, everything[int(0.99 * (len(everything) - 1))])
    bins = [edge - 0.5 for edge in range(0, end + 2, max(1, -(-end // BINS)))]
    for name, some in numbers.items():
        shares = [100 / len(some)] * len(some)
        axes.hist(
            [min(n, bins[-1] - 0.5) for n in some], bins, weights=shares, label=_short(name),
            color=colors[name], alpha=0.55 if len(numbers) > 1 else 1.0,
        )  # fmt: skip
    axes.locator_params("x", integer=True)
    axes.set_xlabel(title)
    axes.set_ylabel("share of the documents, %")
    if len(numbers) > 1:
        figure.legend(loc="outside upper left", ncols=3, frameon=False, fontsize=9)
    return svg(figure, title)


def _entity_lengths(files: Sequence[Sizes]) -> str:
    """Draw how many tokens the entities of each label have, all files together."""
    counts = {label: [0] * (LONG + 1) for label in _most_frequent(files, len(COLORS))}
    for size in (size for file in files for size in file.labels if size.label in counts):
        counts[size.label] = [a + b for a, b in zip(counts[size.label], size.lengths, strict=True)]
    figure, axes = new_axes(5.4, 3.0)
    ticks = [*map(str, range(1, LONG + 1)), f"> {LONG}"]
    width = 0.8 / max(1, len(counts))
    for n, (label, some) in enumerate(counts.items()):
        places = [at + n * width for at in range(len(ticks))]
        shares = [100 * count / max(1, sum(some)) for count in some]
        axes.bar(
            places, shares, width * 0.9, label=_short(label), color=color_of(list(counts))[label]
        )
    axes.set_xticks([at + 0.4 - width / 2 for at in range(len(ticks))], ticks)
    axes.set_xlabel("tokens of an entity")
    axes.set_ylabel("share of the label, %")
    axes.grid(axis="x", visible=False)
    if counts:
        figure.legend(loc="outside upper left", ncols=4, frameon=False, fontsize=9)
    return svg(figure, "entity lengths")


def _most_frequent(files: Sequence[Sizes], most: int) -> list[str]:
    """Return the labels with the most entities in all files together."""
    counts: Counter[str] = Counter()
    for label in (label for file in files for label in file.labels):
        counts[label.label] += label.entities
    return [label for label, _ in counts.most_common(most)]


def _short(name: str) -> str:
    return name if len(name) <= MOST_CHARS else f"{name[: MOST_CHARS - 1]}…"
