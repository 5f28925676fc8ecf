"""The report's pictures, as SVG to stand inside a page."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from ner_service.benchmark.comparison import EMPTY, INSTANT, PLAIN, Findings
from ner_service.benchmark.results import Robustness

matplotlib.rcParams.update(
    {
        "svg.fonttype": "none",
        "text.parse_math": False,  # names of corpora may hold dollars
        "font.family": "sans-serif",
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "grid.alpha": 0.25,
    }
)
COLORS = ("#0b6e99", "#d1581c", "#3a8a3a", "#8a4fa0", "#b3892b", "#7a7a7a", "#c23b6b")
POOR, DARK, GOOD = 0.3, 0.45, 1.0  # the ends of the heat map, and where its ink turns


def _colors(names: Sequence[str]) -> Mapping[str, str]:
    return {name: COLORS[n % len(COLORS)] for n, name in enumerate(names)}


def _figure(width: float = 7.2, height: float = 4.2) -> tuple[Figure, Any]:
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure, name: str) -> str:
    """The drawing without what only a file needs; ids are the picture's own."""
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    drawn = out.getvalue()
    return drawn[drawn.index("<svg") :]


def accuracy(findings: Findings) -> str:
    """F1 with its interval, by corpus and tagger."""
    rows = [a.quality for corpus in findings.corpora for a in findings.on(corpus)][::-1]
    figure, axes = _figure(height=1.2 + 0.28 * len(rows))
    colors = _colors(findings.taggers)
    for n, q in enumerate(rows):
        ends = [[q.micro.f1 - q.micro.low], [q.micro.high - q.micro.f1]]
        axes.errorbar([q.micro.f1], [n], xerr=ends, fmt="o", color=colors[q.tagger], capsize=3)
    axes.set_yticks(range(len(rows)), [f"{q.corpus} · {q.tagger}" for q in rows])
    axes.set_xlabel("F1 of whole entities, 95% interval")
    return _svg(figure, "accuracy")


def quality_speed(findings: Findings, corpus: str) -> str:
    """Accuracy over speed: up and to the right is better."""
    figure, axes = _figure()
    colors = _colors(findings.taggers)
    for against in findings.on(corpus):
        q, cost = against.quality, findings.cost(against.quality.tagger)
        if cost:
            x, y = cost.single, q.micro
            axes.errorbar(
                [x.median],
                [y.f1],
                xerr=[[x.median - x.low], [x.high - x.median]],
                yerr=[[y.f1 - y.low], [y.high - y.f1]],
                fmt="o",
                markersize=9,
                color=colors[q.tagger],
                capsize=3,
            )
            axes.annotate(q.tagger, (x.median, y.f1), (9, 7), textcoords="offset points")
    axes.margins(0.15)
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    axes.set_xlabel("tokens a second on one core, one text a call")
    axes.set_ylabel(f"F1 on {corpus}")
    return _svg(figure, "quality-speed")


def latency(findings: Findings, chars: int) -> str:
    """Half and 99% of the answers come within so many milliseconds."""
    figure, axes = _figure()
    colors = _colors([*findings.taggers, EMPTY, PLAIN, INSTANT])
    users: set[int] = set()
    for http in findings.http:
        steps = [s for s in http.steps if s.chars == chars]
        if not steps:
            continue
        at = [s.users for s in steps]
        users |= set(at)
        color = colors[http.server]
        axes.plot(at, [s.p50_ms for s in steps], "o-", color=color, label=http.server)
        axes.plot(at, [s.p99_ms for s in steps], ":", color=color)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set_xticks(sorted(users), [str(n) for n in sorted(users)])
    axes.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
    axes.set_xlabel("users at once")
    axes.set_ylabel("ms (solid: half, dotted: 99%)")
    axes.legend(frameon=False)
    return _svg(figure, "latency")


def growth(findings: Findings) -> str:
    """Cost a character over the length of a text; level is linear."""
    figure, axes = _figure()
    colors = _colors(findings.taggers)
    for g in findings.growth:
        lengths = sorted(g.by_length)
        costs = [g.by_length[n] for n in lengths]
        axes.plot(lengths, costs, "o-", color=colors.get(g.tagger), label=g.tagger)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("characters in the text")
    axes.set_ylabel("CPU µs a character")
    axes.legend(frameon=False)
    return _svg(figure, "growth")


def heat(rows: Sequence[Robustness]) -> str:
    """F1 of each tagger under each disturbance."""
    slices = list(rows[0].slices)
    figure, axes = _figure(9, 1.8 + 0.45 * len(rows))
    values = [[row.slices[name].f1 for name in slices] for row in rows]
    axes.pcolormesh(values, cmap="RdYlGn", vmin=POOR, vmax=GOOD, edgecolors="white")
    axes.invert_yaxis()
    for y, line in enumerate(values):
        for x, value in enumerate(line):
            ink = "white" if value < DARK else "black"
            shown = f"{value:.3f}".lstrip("0")
            axes.text(x + 0.5, y + 0.5, shown, ha="center", va="center", fontsize=10, color=ink)
    axes.set_xticks([n + 0.5 for n in range(len(slices))], slices, rotation=35, ha="right")
    axes.set_yticks([n + 0.5 for n in range(len(rows))], [row.tagger for row in rows])
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    return _svg(figure, f"heat-{rows[0].corpus}")


def reliability(findings: Findings, corpus: str) -> str:
    """How often entities of a score are right: on the line, scores are probabilities."""
    figure, axes = _figure(5.2, 4.6)
    colors = _colors(findings.taggers)
    axes.plot([0, 1], [0, 1], color="#999", linewidth=1)
    for against in findings.on(corpus):
        q = against.quality
        if q.reliability:
            bins = q.reliability.bins
            most = max(b.count for b in bins)
            x, y = [b.score for b in bins], [b.precision for b in bins]
            sizes = [20 + 160 * b.count / most for b in bins]
            color = colors[q.tagger]
            axes.plot(x, y, "-", color=color, alpha=0.5)
            label = f"{q.tagger} (ECE {q.reliability.ece:.3f})"
            axes.scatter(x, y, s=sizes, color=color, label=label)
    axes.set_xlabel("score given")
    axes.set_ylabel("share that is right")
    axes.legend(frameon=False)
    return _svg(figure, "reliability")
