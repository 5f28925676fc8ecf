"""The service around a tagger that answers at once: what the service itself costs a request.

`python -m ner_service.benchmark.processes.instant_service PORT` serves as `ner-service serve` does.
"""

import sys
from collections.abc import Sequence

from ner_service.service.server.single import run
from ner_service.service.settings import Settings
from ner_service.service.telemetry.logs import configure
from ner_service.types import Entity, Tagger, TaggerInfo

LABELS = ("PER", "LOC", "ORG")
EVERY, LONG, MOST = 60, 10, 15  # an entity of 10 characters each 60 characters, 15 at most
FOUND = [
    Entity(at, at + LONG, LABELS[n % len(LABELS)], 0.98765)
    for n, at in enumerate(range(0, EVERY * MOST, EVERY))
]


class Instant:
    """Finds the same entities in every text that is long enough for them."""

    info = TaggerInfo("instant", "1", ("ru",), LABELS, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [FOUND[: (len(text) - LONG) // EVERY + 1] for text in texts]


def load(spec: str) -> Tagger:
    """A tagger that answers at once, whatever was asked for."""
    return Instant()


def main(port: str) -> None:
    """Serves until told to stop."""
    settings = Settings(taggers="natasha", port=int(port))
    configure(settings.log_format, settings.log_level)
    run(settings, load)


if __name__ == "__main__":
    main(sys.argv[1])
