"""The instant service has a tagger that answers at once, which shows what the service costs."""

import sys
from collections.abc import Sequence

from ner_service.labels import LABELS
from ner_service.service.server.single import run
from ner_service.service.settings import Settings
from ner_service.service.telemetry.logs import configure
from ner_service.types import Entity, Tagger, TaggerInfo

EVERY, LENGTH, MOST = 60, 10, 15  # 10 characters long, one in 60 characters, 15 at most
ENTITIES = [
    Entity(at, at + LENGTH, LABELS[n % len(LABELS)], 0.98765)
    for n, at in enumerate(range(0, EVERY * MOST, EVERY))
]


class Instant:
    """An instant tagger finds the same entities in every text that is long enough for them."""

    info = TaggerInfo("instant", "1", ("ru",), LABELS, "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        """Returns one list of entities per text."""
        return [ENTITIES[: (len(text) - LENGTH) // EVERY + 1] for text in texts]


def load(spec: str) -> Tagger:
    """Returns a tagger that answers at once, whatever the spec is."""
    return Instant()


def main(port: str) -> None:
    """Serves as `ner-service serve` does, until the process is stopped."""
    settings = Settings(taggers="natasha", port=int(port))
    configure(settings.log_format, settings.log_level)
    run(settings, load)


if __name__ == "__main__":
    main(sys.argv[1])
