"""A run log says how a run goes: a bar on a terminal, and a plain line after each epoch.

Where no terminal shows a bar, a line now and then says how far an epoch is.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm

from ner_service.output.numbers import duration
from ner_service.output.terminal import show
from ner_service.scoring.f1 import Score
from ner_service.training.progress.epoch import DevScores, Epoch, Meter

LINE_S = 60  # seconds between two lines within an epoch
MOST_LABELS = 8  # whose F1 stands in the line of an epoch; TensorBoard has all


class RunLog:
    """A run log writes lines to stdout and notes to stderr; a quiet one writes notes alone."""

    def __init__(self, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.hides_bars = True if quiet else None  # None is tqdm's word for: unless a terminal
        self._quiet, self._clock = quiet, clock
        self._bar: tqdm | None = None
        self._left = self._read = 0  # tokens of the run that are left, and that it has read
        self._began = self._said = 0.0

    def say(self, line: str) -> None:
        """Write a line, above the bar if there is one."""
        if not self._quiet:
            tqdm.write(show(line))

    def note(self, line: str) -> None:
        """Write a line that nobody should miss."""
        tqdm.write(f"note: {show(line)}", file=sys.stderr)

    @contextmanager
    def bar(self, tokens: int, done: int) -> Iterator[None]:
        """Show a bar on a terminal over so many tokens, of which some are done."""
        self._left, self._read = tokens - done, 0
        self._began = self._said = self._clock()
        with tqdm(
            total=tokens, initial=done, unit="tok", unit_scale=True, leave=False,
            disable=self.hides_bars,
        ) as self._bar:  # fmt: skip
            yield
        self._bar = None

    def advance(self, tokens: int, meter: Meter, title: str) -> None:
        """Move the bar by a step, or write a line where there is none, and the last is long ago."""
        self._left, self._read = self._left - tokens, self._read + tokens
        if self._bar is None:
            return
        self._bar.set_description_str(title, refresh=False)
        self._bar.set_postfix(loss=f"{meter.loss:.4f}", refresh=False)
        self._bar.update(tokens)
        if self._bar.disable and (now := self._clock()) - self._said >= LINE_S:
            self._said = now
            rate = self._read / (now - self._began)
            rest = f"{duration(self._left / rate)} left at most"
            self.say(f"{title}: loss {meter.loss:.4f}; {rate:,.0f} tokens/s; {rest}")

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
