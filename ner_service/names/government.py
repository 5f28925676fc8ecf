"""Government is the case that a preposition or a verb before a name asks for.

The net sees three words to either side of a name, and doubts where a form is of two names:
`к Ивановым` is no instrumental, and `обязать Черкасову` no dative.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ner_service.names.lexicon import ADJECTIVES, Lexicon
from ner_service.names.slots import SLOTS
from ner_service.names.types import Case
from ner_service.names.vocabulary import GIVING_VERBS
from ner_service.names.words import Floats

PREPOSITIONS: Mapping[str, tuple[Case, ...]] = {
    **dict.fromkeys(("без", "для", "до", "из", "от", "у", "около", "после", "против"), ("Gen",)),
    **dict.fromkeys(("кроме", "вместо", "ради", "среди", "насчёт", "помимо"), ("Gen",)),
    **dict.fromkeys(("вокруг", "вдоль", "внутри", "внутрь", "напротив", "вне", "мимо"), ("Gen",)),
    **dict.fromkeys(("возле", "близ", "вблизи", "посреди", "относительно", "накануне"), ("Gen",)),
    **dict.fromkeys(("из-за", "из-под", "ввиду", "вследствие", "наподобие"), ("Gen",)),
    **dict.fromkeys(("к", "ко", "благодаря", "согласно", "вопреки", "навстречу"), ("Dat",)),
    **dict.fromkeys(("подобно", "наперекор"), ("Dat",)),
    **dict.fromkeys(("про", "через", "сквозь"), ("Acc",)),
    **dict.fromkeys(("перед", "над", "между"), ("Ins",)),
    **dict.fromkeys(("о", "об", "обо", "при"), ("Loc",)),
    **dict.fromkeys(("в", "во", "на"), ("Acc", "Loc")),
    **dict.fromkeys(("с", "со"), ("Ins", "Gen")),
    **dict.fromkeys(("за", "под"), ("Ins", "Acc")),
    "по": ("Dat", "Loc"),
}
VERBS = frozenset({"VERB", "INFN", "GRND"})
OTHER_CASE, ASKED, THINGS = -3.0, 3.0, 3  # log odds, log odds, words behind a name
HARDLY = -4.5  # log odds of a case that a preposition leaves out, which the net knows mostly
NEAR = 1  # words before a name that are looked at


def _row(cases: Sequence[Case], asked: float, others: float) -> Floats:
    odds = [asked if slot.case in cases else others for slot in SLOTS]
    return np.array(odds, dtype=np.float32)


BEHIND = {
    word: _row(cases, 0.0, HARDLY)
    for word, cases in PREPOSITIONS.items()
    if word not in ("с", "со")  # whose genitive the net takes for a nominative
}
OF_RECIPIENT = _row(("Dat",), ASKED, 0.0)
OF_NO_RECIPIENT = _row(("Dat",), OTHER_CASE, 0.0)
OF_OBJECT = _row(("Acc",), ASKED, 0.0) + OF_NO_RECIPIENT


def odds_behind_preposition(before: Sequence[str]) -> Floats | None:
    """Return what the preposition before a name says of its slots, as log odds, if it is one."""
    return BEHIND.get(before[-1].lower()) if before else None


def odds_behind_verb(
    before: Sequence[str], clause: Sequence[str], lexicon: Lexicon
) -> Floats | None:
    """Return what the verb before a person's name says of its slots, as log odds, if it is sure.

    `clause` is the lower-case words behind the name, up to a mark. A verb has the person as its
    object (`обвиняют Иванову в краже`), unless a thing is that (`объявить Ивановой выговор`), or
    the verb always gives something. The person may be the subject of a verb in the singular.
    """
    verb = before[-1].lower() if before else ""
    readings = lexicon.morphology.known_readings(verb)
    if not readings or any(reading.features.pos not in VERBS for reading in readings):
        return None
    lemmas = {reading.lemma for reading in readings}
    if any(lemma.endswith(("ся", "сь")) for lemma in lemmas):
        return None
    if _begins_with_thing(clause, lexicon):
        return OF_RECIPIENT
    if lemmas & GIVING_VERBS or not all(reading.features.is_transitive for reading in readings):
        return None
    is_plural = all(r.features.pos != "VERB" or r.features.number == "Plur" for r in readings)
    return OF_OBJECT if is_plural else OF_NO_RECIPIENT


def _begins_with_thing(clause: Sequence[str], lexicon: Lexicon) -> bool:
    """Say whether words begin with a noun in the accusative that is no person: `новый выговор`."""
    for word in clause[:THINGS]:
        features = [reading.features for reading in lexicon.morphology.known_readings(word)]
        accusatives = [f for f in features if f.case == "Acc"]
        nouns = [f for f in accusatives if f.pos == "NOUN"]
        if nouns:
            return len(word) > 2 and not any(f.is_animate or f.kind for f in nouns)
        if not any(f.pos in ADJECTIVES for f in accusatives):
            return False
    return False
