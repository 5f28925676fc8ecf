"""The length of a run: how many epochs it has, and after how many without progress it stops.

Twelve epochs of some hundred sentences are some dozen steps, which leave a net undertrained. So
epochs grow until they make `train.steps`, and patience grows with them. They grow to a hundred
at most: by then a net knows so few sentences by heart.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ner_service.training.config import Train

LATE = 0.75  # the share of a run behind which its best F1 is compared with that before
MOST_EPOCHS = 100
RISE = 0.005  # of dev F1; less is noise


@dataclass(frozen=True, slots=True)
class Length:
    """Most epochs of a run, and epochs without a better dev F1 before it stops.

    A run that is longer than was asked for also stops where dev F1 cannot rise further.
    """

    asked: int  # epochs of the configuration
    epochs: int
    patience: int

    def is_over(self, epoch: int, best_epoch: int, best: float, ended: int = 0) -> bool:
        """Say whether a run that has ended `epoch` stops; `best` is the dev F1 of `best_epoch`.

        Of a run that goes on behind an end, patience counts from that end.
        """
        is_perfect = best == 1.0 and epoch >= self.asked
        waited = epoch - max(best_epoch, ended)
        return epoch >= self.epochs or waited >= self.patience or is_perfect


def plan_length(settings: Train, steps_of_epoch: int) -> Length:
    """Return the length of a run whose epochs have so many steps."""
    wanted = math.ceil(settings.steps / max(steps_of_epoch, 1))
    epochs = max(settings.epochs, min(wanted, MOST_EPOCHS))
    patience = math.ceil(settings.patience * epochs / settings.epochs)
    return Length(settings.epochs, epochs, patience)


def is_rising(history: Sequence[Mapping[str, float]]) -> bool:
    """Say whether the last quarter of a run has raised dev F1 by more than noise."""
    scores = [record["dev_f1"] for record in history]
    early = scores[: int(LATE * len(scores))]
    return bool(early) and max(scores) > max(early) + RISE
