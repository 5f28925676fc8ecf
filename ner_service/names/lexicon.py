"""The lexicon gives the possible base forms of each word, and how likely each of them is.

A dictionary's readings come first; lists of first and last names weigh for the bases that they
have; paradigms carry what neither has.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ner_service.names import plural_places
from ner_service.names.east_asian import is_japanese
from ner_service.names.frequency import SHORT_OF_BEST, Frequencies
from ner_service.names.lists import NameLists
from ner_service.names.morphology import Features, Morphology, Reading
from ner_service.names.odds import (
    DECLARED,
    DECLINES,
    ENDS_AS_A_PLURAL,
    ENDS_AS_DATIVE,
    ENDS_AS_OBLIQUE,
    ENDS_AS_ODD_ADJECTIVE,
    ENDS_IN_A_FATHER,
    ENDS_IN_GEORGIA,
    FROZEN,
    IN_NEWS,
    LISTED,
    LOOKS_OBLIQUE,
    NAME_KINDS,
    NOT_IN_NEWS,
    PLACE_IN_NEWS,
    PLURAL_SURNAME,
    odds_of_guess,
    odds_of_one_form,
    odds_of_reading,
    odds_of_woman,
)
from ner_service.names.paradigms import Guess, Of, guess_bases
from ner_service.names.slots import NOMINATIVE, SLOTS, Slot, slots_of_features
from ner_service.names.villages import ENDINGS as VILLAGE_ENDINGS
from ner_service.names.villages import odds_of_village
from ner_service.names.vocabulary import (
    AFTER_A_FATHER,
    APPOSITIVE,
    ARTICLES,
    BEFORE_A_HEAD,
    BEHIND_A_HEAD,
    MEN_IN_A,
    ONE_FORM,
    TITLES,
)
from ner_service.names.words import Floats

WORDS = 20_000  # whose options are kept, about 2 kB each
DECLINED = frozenset({"NOUN", "ADJF", "PRTF"})
ADJECTIVES = frozenset({"ADJF", "PRTF"})
ACCUSATIVE = (SLOTS.index(Slot("Acc", "Masc")),)
FEMININE = tuple(n for n, slot in enumerate(SLOTS) if slot.gender == "Fem")
GOOD = -2.0  # odds of an analysis that leaves no room for a name with one form
CLOSE = 4.0  # log odds by which a rival is less likely at most
LEAST = -4.5  # odds from which the first part of a compound declines
BETTER = 1.0  # log odds by which a part may be worse than if it were a nominative: `Касым-Жомартом`
RARE = -3.0  # log odds of a reading that is rare beside another
JAPANESE = 1.2  # log odds of `Мисима` beside `Мисим`
STRESSED = 6.5  # log odds of `Полевской` beside an adjective in -ский that news lack
USUAL = 400  # occurrences in news of a name beside which a word that these lack is rare
STAYS = np.zeros(len(SLOTS), dtype=np.float32)
LAST_NAME_ENDINGS = ("ов", "ев", "ин", "ын", "ова", "ева", "ина", "ына")
OBLIQUE = frozenset("еиуюы")  # letters in which other cases end
LONE_PART = -0.2  # odds of a first part that does not
OBLIQUE_PART = -6.0  # more of them at most, for one that looks oblique: `Ивановой-Седых`


@dataclass(frozen=True, slots=True)
class Options:
    """The likeliest base form of a word in each of `SLOTS`, and its log odds.

    `rivals` are other base forms that are possible in some of their slots.
    """

    bases: Sequence[str]
    odds: Floats
    rivals: Sequence["Candidate"] = ()

    def prefer(self, bases: Collection[str]) -> "Options":
        """Return options in which rivals with these base forms stand before the likeliest ones."""
        best = list(self.bases)
        for rival in self.rivals:
            if rival.base in bases:
                for slot in rival.slots:
                    if best[slot] not in bases:
                        best[slot] = rival.base
        return Options(tuple(best), self.odds)


class Candidate(NamedTuple):
    """A base form, its log odds, and the slots in which it has the word's form."""

    base: str
    odds: float
    slots: Sequence[int]


class Lexicon:
    """Answers depend on the word alone, and are kept for the words asked for last."""

    def __init__(self, morphology: Morphology, lists: NameLists) -> None:
        self.morphology, self.lists = morphology, lists
        self._frequencies = Frequencies(lists, morphology)
        self.options = lru_cache(WORDS)(self._options)
        self.parts_of_speech = lru_cache(WORDS)(self._parts_of_speech)
        self.is_appositive = lru_cache(WORDS)(self._is_appositive)
        self._sets: dict[frozenset[str], frozenset[str]] = {}  # equal sets are one object

    def is_listed(self, base: str, of: Of, is_woman: bool = False) -> bool:
        """Say whether a lower-case base form, a woman's or any, is in the lists of names."""
        if of != "people":
            return False
        if self.lists.has_first(base):
            return True
        return self.lists.has_last(base, is_woman) and not self._frequencies.is_genitive(base)

    def adjective(self, word: str) -> str:
        """Return the dictionary form of a lower-case adjective."""
        readings = self.morphology.readings(word)
        return next(
            (reading.lemma for reading in readings if reading.features.pos in ADJECTIVES), word
        )

    def singular(self, word: str) -> str:
        """Return the singular of a lower-case plural in the nominative, or the word itself."""
        for reading in self.morphology.known_readings(word):
            if (reading.features.case, reading.features.number) == ("Nom", "Plur"):
                return self.morphology.inflect(reading, "Nom", "Sing") or word
        return word

    def _parts_of_speech(self, word: str) -> frozenset[str]:
        kinds = frozenset(reading.features.pos for reading in self.morphology.readings(word))
        return self._sets.setdefault(kinds, kinds)

    def _is_appositive(self, word: str) -> bool:
        """Say whether a place behind a lower-case word declines by itself: `города Москвы`.

        So it does behind `города-героя`.
        """
        word = word.partition("-")[0]
        return any(reading.lemma in APPOSITIVE for reading in self.morphology.readings(word))

    def _options(self, word: str, of: Of) -> Options:
        """Return the options of a lower-case word; any word may have one form for all cases."""
        candidates = self._candidates(word, of)
        has_other = any([odds > GOOD for base, odds, _ in candidates if base != word])
        is_listed = self.is_listed(word, of)
        least = odds_of_one_form(word, of, is_listed)
        if of == "people" and self._is_of_all(word):
            least = PLURAL_SURNAME
        elif has_other and not is_listed:
            least = min(least, FROZEN)
        elif of == "people" and ENDS_IN_GEORGIA.search(word) and self._is_first(candidates):
            least = FROZEN  # `Гузели`, of `Гузель`
        if of == "people" and word in ONE_FORM:
            least = DECLARED
        if of == "people" and word[-1] in OBLIQUE:
            least += self._frequencies.weigh_one_form(word, {base for base, *_ in candidates})
        if of == "people" and self._is_patronymic(word):
            least = DECLINES
        bases, best = [word] * len(SLOTS), [least] * len(SLOTS)
        for base, odds, slots in candidates:
            for slot in slots:
                if best[slot] < odds:
                    bases[slot], best[slot] = base, odds
        rivals: list[Candidate] = []
        for candidate in candidates:
            base, odds, slots = candidate
            for slot in slots:
                if bases[slot] != base and odds > best[slot] - CLOSE:
                    rivals.append(candidate)
                    break
        is_plural = of == "people" and ENDS_AS_A_PLURAL.search(word) is not None
        if word[-1] in OBLIQUE or is_plural:  # may be another name of one form: `Спыну`, `Сухих`
            rivals.append(Candidate(word, best[0], range(len(SLOTS))))
        return Options(tuple(bases), np.array(best, dtype=np.float32), tuple(rivals))

    def _is_first(self, candidates: Sequence[Candidate]) -> bool:
        """Say whether a base form in the singular is a listed first name."""
        return any(SLOTS[c.slots[0]].gender and self.lists.has_first(c.base) for c in candidates)

    def _is_of_all(self, word: str) -> bool:
        """Say whether a word is a last name such as `Седых`, and no plural of another one."""
        if "-" in word or not ENDS_AS_A_PLURAL.search(word):
            return False
        readings = self.morphology.known_readings(word)
        is_plural = any(reading.features.kind == "Surn" for reading in readings)
        return not is_plural or self.is_listed(word, "people")

    def _is_patronymic(self, word: str) -> bool:
        readings = self.morphology.known_readings(word)
        return any([reading.features.kind == "Patr" for reading in readings])

    def _candidates(self, word: str, of: Of) -> list[Candidate]:
        if "-" in word and not self._declined(self.morphology.known_readings(word)):
            return list(self._of_compound(word.split("-"), of))
        if of == "people" and self._is_of_a_father(word):
            return []
        readings = self._declined(self.morphology.readings(word))
        of_people = of == "people"
        is_known = any([r.is_known and self._is_of(r, of_people) for r in readings])
        is_title = of_people and any([r.is_known and r.lemma in TITLES for r in readings])
        is_rare = self._is_rare_place if of == "places" else _rare_person
        others = [reading for reading in readings if reading.is_known]
        towns = {r.lemma for r in others if r.features.kind == "Geox"}
        needs_no_guess = is_title or self._is_patronymic(word) if of_people else bool(towns)
        guesses = () if needs_no_guess else [*guess_bases(word, of)]
        is_unheard = is_known and self._are_unheard(word, others, guesses)
        is_known &= not is_unheard
        candidates: list[Candidate] = []
        for reading in readings:
            is_odd = not of_people and self._is_odd_adjective(reading, readings)
            is_rarer = any([is_rare(reading, other) for other in others])
            is_rarer |= of_people and self._is_odd_first(reading, guesses)
            extra = RARE * (is_unheard + (is_odd or is_rarer))
            self._add_reading(reading, extra, of, candidates)
        is_oblique = ENDS_AS_OBLIQUE.search(word) is not None
        nouns = (word[:-1], f"{word[:-1]}а") if ENDS_AS_DATIVE.search(word) else ()
        for base, lemma, slots, cost in guesses:
            is_woman = all(SLOTS[n].gender == "Fem" for n in slots)
            is_listed = self.is_listed(lemma, of, is_woman)
            is_needless = is_known and not (is_listed and self.lists.is_in_news(lemma))
            odds = odds_of_guess(cost, is_listed, is_needless)
            looks_oblique = (is_oblique and base == word) or (base in nouns and not is_listed)
            odds += LOOKS_OBLIQUE * looks_oblique
            if not is_listed and base[-1] == "а" != word[-1] and is_japanese(base):
                odds += JAPANESE
            odds += STRESSED * (of == "places" and self.lists.is_stressed(base))
            candidates.append(Candidate(base, odds, slots))
        if not is_known:
            self._weigh_news(word, of, candidates)
        if not towns:
            self._weigh_frequencies(word, of, candidates)
        if of == "places":
            if word in plural_places.FORMS:
                base, cases = plural_places.FORMS[word]
                candidates.append(Candidate(base, plural_places.ODDS, cases))
            for n, (base, odds, places) in enumerate(candidates):
                is_neuter = SLOTS[places[0]].gender == "Neut" and not self.lists.has_first(word)
                if is_neuter and base.endswith(VILLAGE_ENDINGS):
                    extra = odds_of_village(base, towns, self.lists)
                    candidates[n] = Candidate(base, odds + extra, places)
        if of_people:
            candidates = [_of_men(c) if c.base in MEN_IN_A else c for c in candidates]
        is_woman = of == "people" and not ENDS_AS_A_PLURAL.search(word)
        if is_woman and (one := odds_of_woman(word, self.is_listed(word, of))) is not None:
            candidates.append(Candidate(word, one, FEMININE))
        return candidates

    def _is_rare_place(self, reading: Reading, other: Reading) -> bool:
        """Say whether a reading is of another word, and another one of a place.

        So it is with `Внукова`, a form of `Внуково`, and with `Перу`; but news have `заря` more
        often than `Зара`.
        """
        if reading.features.kind == "Geox" or other.features.kind != "Geox":
            return False
        if reading.features.kind in NAME_KINDS or reading.features.pos in ADJECTIVES:
            return True
        return self.lists.count(reading.lemma) < self.lists.count(other.lemma)

    def _is_odd_first(self, reading: Reading, guesses: Iterable[Guess]) -> bool:
        """Say whether a first name of one form is none that lists have, and a case of one of them.

        The dictionary has `Адели` beside `Адель`.
        """
        features, word = reading.features, reading.word
        if features.kind != "Name" or reading.lemma != word or word[-1] not in OBLIQUE:
            return False
        has_first = self.lists.has_first
        return not has_first(word) and any([has_first(guess.base) for guess in guesses])

    def _is_odd_adjective(self, reading: Reading, others: Iterable[Reading]) -> bool:
        """Say whether an adjective is rarer than a last name: `Воробьевым` горам is of `Воробьев`.

        News lack `воробьевый`, and have `кедровый`.
        """
        if not ENDS_AS_ODD_ADJECTIVE.search(reading.lemma) or self.lists.count(reading.lemma):
            return False
        return any(other.features.kind == "Surn" for other in others)

    def _are_unheard(
        self, word: str, readings: Sequence[Reading], guesses: Iterable[Guess]
    ) -> bool:
        """Say whether news have none of the readings' lemmas, but a guess: `Тесла`, not `тесло`."""
        if any([self.lists.count(reading.lemma) for reading in readings]):
            return False
        return any([self.lists.count(g.lemma) > USUAL for g in guesses if g.base != word])

    def _is_of(self, reading: Reading, of_people: bool) -> bool:
        """Say whether a reading is of people, as a noun is that is a last name, or of others."""
        is_name = reading.features.kind in NAME_KINDS
        if of_people and not is_name and reading.features.pos == "NOUN":
            return self.lists.has_last(reading.lemma)
        return is_name is of_people

    def _is_of_a_father(self, word: str) -> bool:
        """Say whether a word has one form as `Сулейменулы` has; `Микулы` is of `Микула`."""
        if not ENDS_IN_A_FATHER.search(word):
            return False
        return not word.endswith("улы") or not self.is_listed(f"{word[:-1]}а", "people")

    def _weigh_frequencies(self, word: str, of: Of, candidates: list[Candidate]) -> None:
        """Make candidates in the singular less likely whose base forms are rarer than others.

        Those of places that are Russian last names, too, tell nothing.
        """
        least = max([odds for _, odds, _ in candidates], default=0.0) + SHORT_OF_BEST
        rivals = [
            n
            for n, (base, odds, slots) in enumerate(candidates)
            if base != word and odds > least and SLOTS[slots[0]].gender
            if not (of == "places" and base.endswith(LAST_NAME_ENDINGS))
        ]
        bases = {candidates[n].base for n in rivals}
        if len(bases) < 2:
            return
        weights = {base: self._frequencies.weigh(base) for base in bases}
        most: dict[int, float] = {}  # by slot
        for n in rivals:
            for slot in candidates[n].slots:
                most[slot] = max(most.get(slot, 0.0), weights[candidates[n].base])
        for n, (base, odds, slots) in enumerate(candidates):
            if base in weights and SLOTS[slots[0]].gender:
                best = max(most.get(slot, weights[base]) for slot in slots)
                candidates[n] = Candidate(base, odds + weights[base] - best, slots)

    def _weigh_news(self, word: str, of: Of, candidates: list[Candidate]) -> None:
        """Make candidates likelier where their base forms are frequent in news.

        Plurals are rare there, and so are places of which no form is the base.
        """
        bases = {base: self.lists.is_in_news(base) for base in {base for base, *_ in candidates}}
        bases.pop(word, None)
        is_any, is_frequent = any(bases.values()), self.lists.is_in_news(word)
        absent = NOT_IN_NEWS * (is_frequent and (of == "people" or is_any))
        own = NOT_IN_NEWS * (of == "places" and is_any and not is_frequent)
        if not is_any and not absent:
            return
        present = IN_NEWS if of == "people" else PLACE_IN_NEWS
        for n, (base, odds, slots) in enumerate(candidates):
            weight = own if base == word else present if bases[base] else absent
            if weight > 0 or SLOTS[slots[0]].gender:
                candidates[n] = Candidate(base, odds + weight, slots)

    def _declined(self, readings: Sequence[Reading]) -> list[Reading]:
        """Return the readings that have cases."""
        return [r for r in readings if r.features.case and r.features.pos in DECLINED]

    def _add_reading(
        self, reading: Reading, extra: float, of: Of, candidates: list[Candidate]
    ) -> None:
        """Add the base form that a reading has in each of its slots, with extra odds."""
        features, odds = reading.features, odds_of_reading(reading, of) + extra
        places = slots_of_features(features)
        if of == "people" and reading.word[-1] in "ая" and _is_genitive_of_thing(features):
            places += ACCUSATIVE
        for place in places:
            base: str | None = reading.word
            if features.case != "Nom":
                slot = SLOTS[place]
                gender = slot.gender if features.pos in ADJECTIVES else None
                base = self.morphology.inflect(reading, "Nom", slot.number, gender)
            if base:
                is_listed = self.is_listed(base, of, features.gender == "Fem")
                if features.kind == "Name" and is_listed:
                    is_listed = self.lists.has_first(base)  # and not only a last name: `Миланя`
                candidates.append(Candidate(base, odds + LISTED * is_listed, (place,)))

    def _of_compound(self, parts: list[str], of: Of) -> Iterator[Candidate]:
        """Yield options of a word with hyphens: its head declines, and parts before it may."""
        behind = (n for n, part in enumerate(parts) if n and part in BEHIND_A_HEAD)
        head = next(behind, len(parts)) - 1
        options = [self.options(part, of) for part in parts[: head + 1]]
        for n in range(head):
            stays = parts[n] in BEFORE_A_HEAD if of == "places" else parts[head].startswith("оол")
            if stays:
                options[n] = Options((parts[n],) * len(SLOTS), STAYS)
        is_nisba = parts[0] in ARTICLES and parts[head].endswith("и")
        if of == "people" and (is_nisba or parts[head] in AFTER_A_FATHER):
            yield Candidate("-".join(parts), 0.0, range(len(SLOTS)))  # `аль-Малики`
            return
        least = [max(part.odds[NOMINATIVE]) - BETTER for part in options]
        alone = [
            LONE_PART + max(OBLIQUE_PART, float(max(part.odds[NOMINATIVE]) - max(part.odds)))
            for part in options
        ]
        for place in range(len(SLOTS)):
            bases, odds = list(parts), float(options[head].odds[place])
            bases[head] = options[head].bases[place]
            for n in range(head):
                if options[n].odds[place] > max(LEAST, least[n]):
                    bases[n] = options[n].bases[place]
                else:
                    odds += alone[n]
            yield Candidate("-".join(bases), odds, (place,))


def _of_men(candidate: Candidate) -> Candidate:
    """Return a candidate without its slots for women, where it has others."""
    slots = [n for n in candidate.slots if SLOTS[n].gender != "Fem"]
    return candidate._replace(slots=slots or candidate.slots)


def _is_genitive_of_thing(features: Features) -> bool:
    """Say whether a form is a thing's genitive, which is a man's accusative: `убили Мороза`."""
    return (
        (features.pos, features.case, features.gender) == ("NOUN", "Gen", "Masc")
        and features.number == "Sing"
        and not features.is_animate
    )


def _rare_person(reading: Reading, other: Reading) -> bool:
    """Say whether a first name of one form looks like a case of another that declines.

    A dictionary has `Кристине`, a Georgian name, beside `Кристина`.
    """
    features = reading.features
    if features.kind != "Name" or reading.lemma != reading.word:
        return False
    is_oblique = features.case != "Nom" or reading.word[-1] in OBLIQUE
    return is_oblique and other.features.kind == "Name" and other.lemma != reading.word
