"""A run log says how a run goes: a bar within an epoch, and a plain line after each one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from ner_service.output.bar import Bar
from ner_service.output.terminal import show
from ner_service.scoring.f1 import Score
from ner_service.training.progress.epoch import DevScores, Epoch, Meter

MOST_LABELS = 8  # whose F1 stands in the line of an epoch; TensorBoard has all


class RunLog:
    """A run log writes lines to stdout and notes to stderr; a quiet one writes notes alone."""

    def __init__(self, quiet: bool = False) -> None:
        self.hides_bars = True if quiet else None  # None is tqdm's word for: unless a terminal
        self._quiet = quiet
        self._bar: Bar | None = None

    def say(self, line: str) -> None:
        """Write a line, above the bar if there is one."""
        if not self._quiet:
            tqdm.write(show(line))

    def note(self, line: str) -> None:
        """Write a line that nobody should miss."""
        tqdm.write(f"note: {show(line)}", file=sys.stderr)

    @contextmanager
    def bar(self, tokens: int, done: int) -> Iterator[None]:
        """Show a bar over so many tokens, of which some are done."""
        with Bar("", "token", tokens, done, quiet=self._quiet, stays=False) as self._bar:
            yield
        self._bar = None

    def advance(self, tokens: int, meter: Meter, title: str) -> None:
        """Move the bar by a step."""
        if self._bar:
            self._bar.advance(tokens, title, f"loss {meter.loss:.4f}")

    def add(self, epoch: Epoch) -> None:
        """Write the line of an epoch."""
        parts = [f"loss {epoch.loss:.4f}", f"dev F1 {dev_figures(epoch.dev)}"]
        if labels := label_figures(epoch.dev):
            parts.append(labels)
        parts.append(f"{epoch.tokens_s:,.0f} tokens/s")
        self.say(f"epoch {epoch.number}: {'; '.join(parts)}{'; best' if epoch.is_best else ''}")


def dev_figures(dev: DevScores) -> str:
    """Return the F1 that counts, and behind it that of each corpus where there are several."""
    if len(dev.corpora) == 1:
        return f"{dev.f1:.4f}"
    each = ", ".join(f"{path} {score.f1:.4f}" for path, score in dev.corpora.items())
    return f"{dev.f1:.4f} ({each})"


def label_figures(dev: DevScores) -> str:
    """Return the F1 of each label, the worst ones first where there are many."""

    def figure(item: tuple[str, Score]) -> float:
        return item[1].f1

    scores = dict(dev.labels)
    if len(scores) > MOST_LABELS:
        worst = dict(sorted(scores.items(), key=figure)[: MOST_LABELS - 1])
        return f"worst of {len(scores)} labels: {_figures(worst)}"
    return _figures(scores) if len(scores) > 1 else ""


def _figures(scores: dict[str, Score]) -> str:
    return ", ".join(f"{label} {score.f1:.4f}" for label, score in scores.items())
