"""A pace is what a character of the texts costs, as lately measured."""

from dataclasses import dataclass

MEMORY = 0.8  # of former batches


@dataclass(frozen=True, slots=True)
class Pace:
    """A pace has the seconds and the characters of late batches, older ones counting less.

    Batches count by their characters: one of a few words takes far longer for each.
    """

    seconds: float = 0.0
    chars: float = 0.0

    @property
    def seconds_per_char(self) -> float:
        """Returns the seconds that a character costs, or 0 where nothing was measured yet."""
        return self.seconds / self.chars if self.chars else 0.0

    def after(self, seconds: float, chars: int) -> "Pace":
        """Returns the pace after one more batch."""
        return Pace(MEMORY * self.seconds + seconds, MEMORY * self.chars + chars)
