"""The page of a search: the best settings, what each setting matters, and all trials."""

from ner_service.explore.tuning.results import Results, Trial
from ner_service.explore.tuning.space import Range, Space
from ner_service.output.html import render
from ner_service.output.plots import COLORS, new_axes, svg

MARGIN = 0.02  # of dev F1, below trials that are nearly alike


def page(title: str, results: Results, space: Space) -> str:
    """Return the page."""
    return render(
        "tuning.html.j2",
        title=title,
        results=results,
        best=results.trials[0],
        rows=list(trial_rows(results)),
        importance=_importance(results) if results.importance else "",
        slices=[_slice(results, key, space) for key in _by_importance(results, space)],
        history=_history(results),
    )


def trial_rows(results: Results) -> list[dict[str, str]]:
    """Return a row for each trial, the best first."""
    keys = list(dict.fromkeys(key for trial in results.trials for key in trial.values))
    return [
        {"trial": str(trial.number), "dev F1": _score(trial), "s": f"{trial.seconds:.0f}"}
        | {key: _show(trial.values.get(key, "")) for key in keys}
        | {"how it ended": trial.outcome}
        for trial in results.trials
    ]


def _score(trial: Trial) -> str:
    if trial.dev_f1 is None:
        return "–"
    return f"{trial.dev_f1:.4f}" if trial.is_complete else f"({trial.dev_f1:.4f})"


def _show(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _by_importance(results: Results, space: Space) -> list[str]:
    return sorted(space, key=lambda key: -results.importance.get(key, 0.0))


def _importance(results: Results) -> str:
    """Draw the share of each setting in the variance of dev F1."""
    names, shares = list(results.importance), [100 * s for s in results.importance.values()]
    figure, axes = new_axes(7.2, 0.8 + 0.34 * len(names))
    bars = axes.barh(names, shares, color=COLORS[0])
    axes.bar_label(bars, [f"{share:.0f}%" for share in shares], padding=3, fontsize=9)
    axes.invert_yaxis()
    axes.set_xlabel("share of the differences of dev F1, %")
    axes.grid(axis="y", visible=False)
    return svg(figure, "importance")


def _slice(results: Results, key: str, space: Space) -> str:
    """Draw dev F1 over the values of one setting; stopped trials are hollow."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    figure, axes = new_axes(3.6, 2.7)
    dimension = space[key]
    is_log = isinstance(dimension, Range) and dimension.log
    is_listed = isinstance(dimension, list)
    lowest = lowest_drawn(results)
    for trial in results.trials:
        if trial.dev_f1 is None or key not in trial.values:
            continue
        value = trial.values[key]
        place = dimension.index(value) if isinstance(dimension, list) else value
        best = trial is results.trials[0]
        color = COLORS[1] if best else COLORS[0]
        axes.plot(
            [place], [max(trial.dev_f1, lowest)], "o", color=color, markersize=8 if best else 5,
            markerfacecolor=color if trial.is_complete else "none", zorder=3 if best else 2,
        )  # fmt: skip
    if is_log:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter("{x:g}")
        axes.xaxis.set_minor_formatter(NullFormatter())
    elif isinstance(dimension, Range) and dimension.is_whole:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if is_listed:
        axes.set_xticks(range(len(dimension)), list(map(str, dimension)))  # type: ignore[arg-type]
        axes.set_xlim(-0.5, len(dimension) - 0.5)  # type: ignore[arg-type]
    axes.set_xlabel(key)
    axes.set_ylabel("dev F1")
    return svg(figure, f"slice {key}")


def lowest_drawn(results: Results) -> float:
    """Return the least dev F1 to draw: what was stopped far below would press all else together."""
    scores = [trial.dev_f1 or 0.0 for trial in results.trials if trial.is_complete]
    return min(scores) - max(MARGIN, (max(scores) - min(scores)) / 2)


def _history(results: Results) -> str:
    """Draw dev F1 of the trials in their order, with the best so far as a line."""
    from matplotlib.ticker import MaxNLocator

    figure, axes = new_axes(7.2, 3.0)
    complete = sorted((t for t in results.trials if t.is_complete), key=lambda t: t.number)
    scores = [trial.dev_f1 or 0.0 for trial in complete]
    numbers = [trial.number for trial in complete]
    axes.plot(numbers, scores, "o", color=COLORS[0], label="dev F1 of a trial")
    so_far = [max(scores[: n + 1]) for n in range(len(scores))]
    axes.step(numbers, so_far, where="post", color=COLORS[1], label="the best so far")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("trial")
    axes.set_ylabel("dev F1")
    axes.legend(frameon=False, fontsize=9)
    return svg(figure, "history")
