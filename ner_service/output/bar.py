"""A bar shows on a terminal how far long work is; elsewhere, as in a log, a line a minute does."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Self, TypeVar

from tqdm import tqdm

from ner_service.output.numbers import duration, numbered
from ner_service.output.terminal import show

T = TypeVar("T")
LINE_S = 60  # seconds between two lines
SMALL_UNITS = frozenset({"character", "token"})  # of which a bar counts thousands


class Bar:
    """A bar is for `with`; it is written to stderr, and goes when it ends unless it `stays`."""

    def __init__(
        self,
        title: str = "",
        unit: str = "document",
        total: int | None = None,
        done: int = 0,
        quiet: bool = False,
        stays: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with `done` units of the `total`, if that is known; `quiet` shows nothing."""
        self._title, self._unit, self._total, self._clock = show(title), unit, total, clock
        self._done = self._began_with = done
        self._began = self._said = clock()
        self._quiet = quiet
        self._bar = tqdm(
            desc=self._title or None, unit=f" {unit}s", unit_scale=unit in SMALL_UNITS, total=total,
            initial=done, leave=stays, disable=quiet or not sys.stderr.isatty(),
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._bar.close()

    def advance(self, count: int = 1, title: str = "", note: str = "") -> None:
        """Count units as done, perhaps under another title, and with a note behind."""
        self._done += count
        self._title = show(title) or self._title
        if not self._bar.disable:
            self._bar.set_description_str(self._title, refresh=False)
            self._bar.set_postfix_str(note, refresh=False)
            self._bar.update(count)
        elif not self._quiet and (now := self._clock()) - self._said >= LINE_S:
            self._said = now
            tqdm.write(self._line(now, note), file=sys.stderr)

    def _line(self, now: float, note: str) -> str:
        rate = (self._done - self._began_with) / (now - self._began)
        parts = [numbered(self._done, self._unit), f"{rate:,.{0 if rate >= 10 else 1}f}/s", note]
        if self._total is not None:
            parts[0] = f"{self._done:,} of {numbered(self._total, self._unit)}"
            left = max(self._total - self._done, 0) / rate if rate else 0
            parts.insert(2, f"{duration(left)} left at most" if left else "")
        title = f"{self._title}: " if self._title else ""
        return title + ", ".join(filter(None, parts))


def count_documents(documents: Iterable[T], title: str, stays: bool = True) -> Iterator[T]:
    """Yield documents, which a bar counts."""
    with Bar(title, stays=stays) as bar:
        for document in documents:
            yield document
            bar.advance()
