"""Figures about names: base forms and parts that are right, and mentions that are joined.

B-cubed is the mean over mentions of how much of the mention's predicted group is of its name, and
how much of its name is in the group (Bagga and Baldwin 1998).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class BaseForm:
    """A base form has the form in the text, gold and predicted; `None` is no prediction."""

    surface: str
    gold: str
    predicted: str | None

    @property
    def is_right(self) -> bool:
        """Return whether the prediction is gold, but for capitals and ё."""
        return self.predicted is not None and fold(self.predicted) == fold(self.gold)

    @property
    def is_inflected(self) -> bool:
        """Return whether the form in the text is not the base form."""
        return fold(self.surface) != fold(self.gold)

    @property
    def is_spoiled(self) -> bool:
        """Return whether a form that was right was changed."""
        return not self.is_inflected and self.predicted is not None and not self.is_right


@dataclass(frozen=True)
class BaseFormRates:
    """Rates of base forms; one without forms to count is `None`."""

    count: int
    right: float | None
    inflected: float | None  # right among those whose form is not the base form
    spoiled: float | None  # changed among those whose form is
    missing: float | None  # not predicted

    @classmethod
    def of(cls, forms: Sequence[BaseForm]) -> "BaseFormRates":
        """Return the rates of some forms."""
        inflected = [form for form in forms if form.is_inflected]
        base = [form for form in forms if not form.is_inflected]
        return cls(
            len(forms),
            rate(form.is_right for form in forms),
            rate(form.is_right for form in inflected),
            rate(form.is_spoiled for form in base),
            rate(form.predicted is None for form in forms),
        )


@dataclass(frozen=True)
class Joining:
    """B-cubed precision and recall of joined mentions, and their harmonic mean."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """Return the harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def fold(form: str) -> str:
    """Return a form as it is compared: in small letters, ё is е."""
    return form.lower().replace("ё", "е")


def rate(outcomes: Iterable[bool]) -> float | None:
    """Return the share of true outcomes, `None` of none."""
    values = list(outcomes)
    return sum(values) / len(values) if values else None


def b_cubed(pairs: Iterable[tuple[Hashable, Hashable]]) -> Joining | None:
    """Return B-cubed over mentions, each with its gold name and predicted group.

    Names and groups of different documents are different. Returns `None` for no mentions.
    """
    mentions = list(pairs)
    if not mentions:
        return None
    by_name = Counter(name for name, _ in mentions)
    by_group = Counter(group for _, group in mentions)
    both = Counter(mentions)
    precision = sum(both[pair] / by_group[pair[1]] for pair in mentions)
    recall = sum(both[pair] / by_name[pair[0]] for pair in mentions)
    return Joining(precision / len(mentions), recall / len(mentions))


def is_part_right(predicted: str | None, accepted: Sequence[str]) -> bool:
    """Say whether a part of a name is one of the accepted ones, or is made of several of them.

    Hyphens and the full stops of initials are not compared.
    """
    if predicted is None:
        return False
    folded = {_plain(form) for form in accepted}
    return _plain(predicted) in folded or all(word in folded for word in _plain(predicted).split())


def _plain(part: str) -> str:
    return " ".join(fold(part).replace("-", " ").replace(".", " ").split())
