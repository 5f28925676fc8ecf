"""Government is the case that the words before a name ask for, as far as they leave no choice."""

import re
from collections.abc import Mapping, Sequence

from ner_service.names.government import PREPOSITIONS, VERBS
from ner_service.names.inflection import DECLINING
from ner_service.names.masking.finding import Found
from ner_service.names.masking.key import KeyName
from ner_service.names.morphology import Morphology, Reading
from ner_service.names.subjects import past_gender
from ner_service.names.types import Case
from ner_service.names.vocabulary import (
    APPOSITIVE,
    GIVING_VERBS,
    NAMED_AFTER,
    ORGANISATION_TYPES,
    PLACE_TYPES,
    RELATED,
    TITLES,
    TOWARDS,
    WITH_ADJECTIVES,
)

NO_PREPOSITION: tuple[Case, ...] = ("Nom", "Gen", "Dat", "Acc", "Ins")  # and never the locative
SIGNS = "*_`~"  # of Markdown, which stand between a word and a name that it governs
WORD_BEFORE = re.compile(rf"(?:(\w+)\s{{1,3}})?\b(\w+(?:-\w+)*)\s{{1,3}}[«\"“„{SIGNS}]*$")
FOLLOWING = frozenset({"вслед", "следом"})  # before `за` with the instrumental
OF_ME_AND_YOU = ("у", "ю", "усь", "юсь", "шь", "шься")  # endings of verbs
REACH = 60  # characters in which the two words before a name stand
AND = re.compile(rf"[»\"”“{SIGNS}]*\s{{1,3}}(?:и|или|либо)\s{{1,3}}[«\"“„{SIGNS}]*")
INTO = re.compile(rf"[{SIGNS}]*\s{{1,3}}(?:в|во|на)\s{{1,3}}[{SIGNS}]*")
COMMA = re.compile(rf"[»\"”“{SIGNS}]*,\s{{1,3}}[«\"“„{SIGNS}]*")
TYPES = (  # beside which a name is the name of that: `компания <ORG_1>`
    APPOSITIVE | NAMED_AFTER | ORGANISATION_TYPES | PLACE_TYPES | TITLES | WITH_ADJECTIVES
)
LIKELY: Mapping[str, Case] = {  # of the cases that a preposition leaves
    "в": "Loc", "во": "Loc", "на": "Loc", "с": "Ins", "со": "Ins", "за": "Ins", "под": "Ins",
    "по": "Dat",
}  # fmt: skip


class Government:
    """Government is read from one text, for the stand-ins that were found in it."""

    def __init__(
        self, text: str, found: Sequence[Found], names: Sequence[KeyName], morphology: Morphology
    ) -> None:
        self._text, self._found = text, found
        self._labels = [name.label for name in names]
        self._genders = [name.gender for name in names]
        self._morphology = morphology
        self._joined = [False] * (len(found) + 1)
        for n in range(len(found) - 1, 0, -1):  # a comma joins what `и` ends
            between = found[n - 1].end, found[n].start
            is_listed = self._joined[n + 1] and COMMA.fullmatch(text, *between)
            self._joined[n] = bool(AND.fullmatch(text, *between) or is_listed)
        self._heads: list[int] = []  # the first of the list that a stand-in is in
        for n in range(len(found)):
            self._heads.append(self._heads[n - 1] if self._joined[n] else n)

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

    def likely_case(self, n: int) -> Case | None:
        """Return the likeliest case behind the word before a stand-in, where that asks for one.

        `в` and `на` ask where something is, unless a word of motion stands before them. A name
        behind a noun is its genitive (`речь <PER_1>`), and a person's behind a post has its case.
        """
        if self._text[self._found[n].end :][:1].isalnum():  # `<PER_1>ский`
            return None
        n = self._heads[n]
        first, word = self._words_before(n)
        if word in LIKELY:
            is_goal = LIKELY[word] == "Loc" and (self._is_motion(first) or self._is_from_to(n))
            is_person = word == "за" and self._labels[n] == "PER" and first not in FOLLOWING
            return "Acc" if is_goal or is_person else LIKELY[word]
        readings = self._morphology.known_readings(word)
        kinds = {reading.features.pos for reading in readings}
        if kinds and kinds <= VERBS:
            return self._case_behind_verb(n, word, readings)
        return self._case_behind_noun(n, readings) if kinds == {"NOUN"} else None

    def _case_behind_verb(self, n: int, verb: str, readings: Sequence[Reading]) -> Case | None:
        """Return the case of an object; the subject of a verb in the singular may follow it.

        It has the gender of a verb in the past, and is neither `я` nor `ты`.
        """
        gender, own = past_gender(verb), self._genders[n]
        is_others = bool(gender and own and gender != own) or verb.endswith(OF_ME_AND_YOU)
        may_be_subject = not is_others and any(
            r.features.pos == "VERB" and r.features.number != "Plur" for r in readings
        )
        if may_be_subject or self._labels[n] != "PER" or self._joined[n + 1]:
            return None
        if any(reading.lemma in GIVING_VERBS for reading in readings):
            return "Dat"
        return "Acc" if self.is_object(n) and readings[0].features.is_transitive else None

    def _case_behind_noun(self, n: int, readings: Sequence[Reading]) -> Case | None:
        lemmas = {reading.lemma for reading in readings}
        if lemmas & DECLINING and self._labels[n] == "LOC":  # `в городе <LOC_1>`
            singular = [r.features.case for r in readings if r.features.number == "Sing"]
            return None if not singular or "Nom" in singular else singular[0]
        if lemmas & TYPES or any(reading.features.kind for reading in readings):
            return None
        is_post = all(reading.features.is_animate for reading in readings)
        if self._labels[n] != "PER" or not is_post or lemmas & RELATED:
            return "Gen"
        cases = {r.features.case for r in readings if r.features.number == "Sing"}
        return cases.pop() if len(cases) == 1 else "Gen" if cases == {"Gen", "Acc"} else None

    def _is_from_to(self, n: int) -> bool:
        """Return whether the name before a stand-in is where somebody comes from: `из Тулы в`."""
        if not n or not INTO.fullmatch(self._text, self._found[n - 1].end, self._found[n].start):
            return False
        return self._word_before(n - 1) in ("из", "от", "с", "со")

    def _is_motion(self, word: str) -> bool:
        readings = self._morphology.known_readings(word)
        return any(reading.lemma in TOWARDS for reading in readings)

    def _word_before(self, n: int) -> str:
        return self._words_before(n)[1]

    def _words_before(self, n: int) -> tuple[str, str]:
        """Return the two words before a stand-in, each perhaps empty."""
        start = self._found[n].start
        match = WORD_BEFORE.search(self._text[max(0, start - REACH) : start])
        return ((match[1] or "").lower(), match[2].lower()) if match else ("", "")
