"""Government is the case that the words before a name ask for, as far as they leave no choice."""

import re
from collections.abc import Sequence

from ner_service.names.government import PREPOSITIONS, VERBS
from ner_service.names.masking.finding import Found
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case
from ner_service.names.vocabulary import GIVING_VERBS

NO_PREPOSITION: tuple[Case, ...] = ("Nom", "Gen", "Dat", "Acc", "Ins")  # and never the locative
WORD_BEFORE = re.compile(r"(\w+)\s{1,3}[«\"“„]?$")
REACH = 40  # characters in which the word before a name stands
AND = re.compile(r"[»\"”“]?\s{1,3}(?:и|или|либо)\s{1,3}[«\"“„]?")
COMMA = re.compile(r"[»\"”“]?,\s{1,3}[«\"“„]?")


class Government:
    """Government is read from one text, for the stand-ins that were found in it."""

    def __init__(self, text: str, found: Sequence[Found], morphology: Morphology) -> None:
        self._text, self._found, self._morphology = text, found, morphology
        self._joined = [False] * (len(found) + 1)
        for n in range(len(found) - 1, 0, -1):  # a comma joins what `и` ends
            between = found[n - 1].end, found[n].start
            is_listed = self._joined[n + 1] and COMMA.fullmatch(text, *between)
            self._joined[n] = bool(AND.fullmatch(text, *between) or is_listed)

    def is_joined(self, n: int) -> bool:
        """Return whether `и` joins a stand-in to the one before it, or a list that `и` ends."""
        return self._joined[n]

    def cases(self, n: int) -> Sequence[Case]:
        """Return the cases that a stand-in may have behind its preposition, or without one."""
        return PREPOSITIONS.get(self._word_before(n), NO_PREPOSITION)

    def is_object(self, n: int) -> bool:
        """Return whether a stand-in follows a verb that has a person as its object: `вижу`."""
        readings = self._morphology.known_readings(self._word_before(n))
        verbs = [reading for reading in readings if reading.features.pos in VERBS]
        return bool(verbs) and not any(
            verb.lemma in GIVING_VERBS or verb.lemma.endswith(("ся", "сь")) for verb in verbs
        )

    def _word_before(self, n: int) -> str:
        start = self._found[n].start
        match = WORD_BEFORE.search(self._text[max(0, start - REACH) : start])
        return match[1].lower() if match else ""
