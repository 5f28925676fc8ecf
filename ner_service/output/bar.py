"""A bar shows on a terminal how far long work is; elsewhere, as in a log, a line a minute does."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Self, TypeVar

from tqdm import tqdm

from ner_service.output.numbers import duration, numbered, plural
from ner_service.output.terminal import show

T = TypeVar("T")
LINE_S = 60  # seconds between two lines
SMALL_UNITS = frozenset({"byte", "character", "token"})  # of which a bar counts thousands


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

    def leap(self, count: int) -> None:
        """Count units that an earlier run did, which are in no rate."""
        if self._done == self._began_with:  # it is looked through before this run begins
            self._began = self._clock()
        self._done += count
        self._began_with += count
        if not self._bar.disable:
            self._bar.initial += count
            self._bar.update(count)

    def rate(self, count: int, noun: str) -> str:
        """Return how many of a noun there are a second, of a count of this run's."""
        return f"{_rounded(count / max(self._clock() - self._began, 1e-9))} {plural(noun)}/s"

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
        rate = (self._done - self._began_with) / max(now - self._began, 1e-9)
        parts = [self._amount(self._done), self._rate(rate), note]
        if self._total is not None:
            done = self._amount(self._done).partition(" ")[0]
            parts[0] = f"{done} of {self._amount(self._total)}"
            left = max(self._total - self._done, 0) / rate if rate else 0
            parts.insert(2, f"{duration(left)} left at most" if left else "")
        title = f"{self._title}: " if self._title else ""
        return title + ", ".join(filter(None, parts))

    def _amount(self, count: int) -> str:
        in_bytes = self._unit == "byte"
        return f"{count / 1e6:,.1f} MB" if in_bytes else numbered(count, self._unit)

    def _rate(self, rate: float) -> str:
        return f"{rate / 1e6:,.2f} MB/s" if self._unit == "byte" else f"{_rounded(rate)}/s"


def _rounded(rate: float) -> str:
    return f"{rate:,.{0 if rate >= 10 else 1}f}"


def count_documents(documents: Iterable[T], title: str, stays: bool = True) -> Iterator[T]:
    """Yield documents, which a bar counts."""
    with Bar(title, stays=stays) as bar:
        for document in documents:
            yield document
            bar.advance()
