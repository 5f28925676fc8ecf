"""A phrase is the words of a name, and which of them decline together.

Adjectives decline with their head; what follows the head stays as it is (`Министерство обороны`).
A name behind a word such as `город` or `река` declines by itself, in the same case.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ner_service.names.agreement import agrees_ahead, ends_in_adjective, group_persons
from ner_service.names.east_asian import is_in_the_middle, is_oblique
from ner_service.names.eponyms import Eponyms
from ner_service.names.lexicon import ADJECTIVES, DECLINED, Lexicon
from ner_service.names.odds import NAME_KINDS
from ner_service.names.paradigms import Of
from ner_service.names.quotes import QUOTES, find_nickname
from ner_service.names.slots import SLOTS
from ner_service.names.vocabulary import (
    ABBREVIATED,
    AFTER_A_FATHER,
    EAST_ASIAN,
    PARTICLES,
    SHORT_TYPES,
)
from ner_service.names.words import CYRILLIC_WORD, Floats, Word

NAMES, LONGEST = 4_000, 200  # names whose phrases are kept, about 1 kB each, and their letters
LONGEST_ACRONYM = 5  # letters; longer words in capitals are words
KINDS_IN_CAPITALS = {"PER": NAME_KINDS, "LOC": frozenset({"Geox"})}
Kinds = frozenset[str] | None  # of dictionary words; `None` is all
LIKELY = 0.5
DOMAINS = frozenset({"ру", "рф", "ком", "орг", "ru", "com", "org"})  # `Вести.ру`
APOSTROPHES = frozenset("'’`ʼ")  # in `Кот-д’Ивуар`
NOMINATIVE = -6.0  # log odds of a nominative that looks like another case
HARDLY_NOMINATIVE = np.array([NOMINATIVE * (slot.case == "Nom") for slot in SLOTS], np.float32)
NEUTRAL = np.zeros(len(SLOTS), dtype=np.float32)
UNDECLINED = PARTICLES | AFTER_A_FATHER
SINGULAR = frozenset(n for n, slot in enumerate(SLOTS) if slot.gender)
PAIRING = frozenset("и—–")
WITHIN = ",-–—."  # marks between adjectives and their head


class Phrase(NamedTuple):
    """A phrase has groups of words that agree: in case all, in gender and number within each.

    The numbers in `groups` are those of `words`, and `declined` has them group after group; what
    is in no group stays as it is. A phrase `of_adjectives` alone has no number of its own. An
    eponym is a genitive that stays one. The slot of the first group is `within` those of a word
    before the name with which it agrees, if there are any. A phrase is open while a word of it is
    an adjective or a noun by its sentence alone, and that is still unread. A phrase that
    stands alone, in a cell or a line of its own, is most likely in the nominative. A
    `neighbour`, which is a verb or another name, weighs for slots, as log odds. The word `of_many`
    is a plural that several names share, as in `Курской и [Воронежской областях]`.
    """

    words: Sequence[Word]
    groups: Sequence[Sequence[int]]
    declined: Sequence[int]
    of: Of
    of_adjectives: bool = False
    is_eponym: bool = False
    within: frozenset[int] = frozenset()
    is_open: bool = False
    is_alone: bool = False
    neighbour: Floats | None = None
    of_many: int | None = None


class PhraseReader:
    """Finds the words of a name that decline, and keeps what it found of the last names."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._eponyms = Eponyms(lexicon)
        self._kept: dict[tuple[str, ...], Phrase] = {}  # by label and words, without the words

    def read(self, words: Sequence[Word], label: str, before: Sequence[str] = ()) -> Phrase:
        """Return the phrase of a name's words, behind others of its sentence, which is unread."""
        if before and label != "PER" and self._eponyms.may_follow(before[-1]):
            return self._read(words, label, before)
        texts = label, *[word.text for word in words]
        kept = self._kept.get(texts)
        if kept is None:
            kept = self._read(words, label, ())
            if sum(map(len, texts)) <= LONGEST:
                if len(self._kept) == NAMES:
                    del self._kept[next(iter(self._kept))]
                self._kept[texts] = kept._replace(words=())
        return Phrase(words, *kept[1:])

    def _read(self, words: Sequence[Word], label: str, before: Sequence[str]) -> Phrase:
        # short words in capitals are acronyms, unless they are names of the label's kind
        kinds: Kinds = KINDS_IN_CAPITALS.get(label, frozenset())
        if any(word.text.isupper() and len(word.text) > LONGEST_ACRONYM for word in words):
            kinds = None  # all are in capitals, as in a headline
        if label == "PER":
            places = range(len(words))
            declined = [n for n in places if self._declines_in_person(words, n, kinds)]
            within = SINGULAR if _has_initials(words) else frozenset()  # `Нилов О. А.` is one man
            beside = HARDLY_NOMINATIVE if is_oblique([word.lower for word in words]) else None
            nickname: list[int] = []
            if any([word.text in QUOTES for word in words]):
                inside = find_nickname([word.text for word in words])
                nickname = [n for n in declined if n in inside]
                declined = [n for n in declined if n not in inside]
            groups = group_persons(words, declined)
            if nickname and groups:  # `Дуэйна «Скалы» Джонсона`
                groups.append(nickname)
                declined += nickname
            return Phrase(words, groups, declined, "people", within=within, neighbour=beside)
        start = _length_of_type(words) if label == "LOC" else 0
        if start:
            before = [word.text for word in words[:start]]
        group, behind = self._group(words, start, kinds)
        within = frozenset[int]()
        if before and self._eponyms.may_follow(before[-1]):
            agreeing = [words[n] for n in group]
            if self._eponyms.stays(agreeing, label, before, words[0].text in QUOTES):
                return Phrase(words, [], [], "places", is_eponym=not start)
            within = self._eponyms.agree(agreeing, before)
            if start and not within and self._eponyms.may_stay(agreeing):
                return Phrase(words, [], [], "places")  # `наб. Фонтанки`
        groups = [group] if group else []
        if group and label == "ORG" and words[0].text in QUOTES:
            if _text_at(words, behind) == "и":  # `«Аргументов и фактов»`
                groups += self._pair(words, behind, kinds)
        elif group and label == "LOC":
            if ends_in_adjective(words, group[-1], self._lexicon.morphology):
                group.append(behind)
            else:
                groups += self._behind(words, group, behind, kinds)
        of_many = None
        if len(group) > 1:
            groups[:1] = self._split_numbers(words, group)
            if len(groups) > 1 and group == [0, 1]:
                of_many = 1
        declined = [n for group in groups for n in group]
        is_adjective = self._has_only_adjectives(words, group)
        is_open = self._is_open([words[n].lower for n in declined])
        return Phrase(
            words, groups, declined, "places", is_adjective, False, within, is_open, of_many=of_many
        )

    def _behind(
        self, words: Sequence[Word], group: list[int], behind: int, kinds: Kinds
    ) -> list[list[int]]:
        """Return the group behind a place's first if it declines by itself, else none."""
        is_pair = _text_at(words, behind) in PAIRING  # `Босния и Герцеговина`
        if not _text_at(words, behind + is_pair)[:1].isupper():
            return []
        name, _ = self._group(words, behind + is_pair, kinds)
        if is_pair or self._lexicon.is_appositive(words[group[-1]].lower):
            is_second = bool(name) and not self._is_explorer(words, group, name)
        else:
            before = [word.text for word in words[:behind]]
            is_second = bool(self._eponyms.agree([words[n] for n in name], before))
        return [name] if is_second and words[name[0]].text[0].isupper() else []

    def _split_numbers(self, words: Sequence[Word], group: list[int]) -> list[list[int]]:
        """Return the adjectives apart from a head in the plural: `Улаганском и Чойском районах`."""
        heads = self._lexicon.morphology.known_readings(words[group[-1]].lower)
        if not heads or any(reading.features.number != "Plur" for reading in heads):
            return [group]
        cases = {reading.features.case for reading in heads}
        for n in group[:-1]:
            features = [r.features for r in self._lexicon.morphology.readings(words[n].lower)]
            if any(f.number != "Sing" for f in features) or cases.isdisjoint(
                f.case for f in features
            ):
                return [group]
        return [[n] for n in group]

    def _pair(self, words: Sequence[Word], behind: int, kinds: Kinds) -> list[list[int]]:
        """Return the group that `и` joins to a company's first, up to the quote, if it is one."""
        name, end = self._group(words, behind + 1, kinds)
        return [name] if name and end == len(words) - 1 else []

    def _is_explorer(self, words: Sequence[Word], group: list[int], name: list[int]) -> bool:
        """Say whether an island has a person's name in the genitive: `у острова Врангеля`."""
        if not words[group[-1]].lower.startswith("остров"):
            return False
        readings = self._lexicon.morphology.known_readings(words[name[0]].lower)
        kinds = {r.features.kind for r in readings if r.features.case == "Gen"}
        return "Surn" in kinds and not any(r.features.kind == "Geox" for r in readings)

    def choose(self, phrase: Phrase, label: str) -> Sequence[int]:
        """Return the words of a phrase whose grammar counts, which rise; they are still unread.

        The place behind another (`остров Крит`) may be found only when it has been read.
        """
        if phrase.is_open and label == "LOC":
            return range(len(phrase.words))
        return sorted(phrase.declined) if len(phrase.groups) > 1 else phrase.declined

    def read_again(self, phrase: Phrase, label: str, before: Sequence[str] = ()) -> Phrase:
        """Return the phrase of a name whose sentence has been read meanwhile."""
        if label == "PER" and len(phrase.groups) > 1:
            return _neglect_nickname(phrase)
        return self._read(phrase.words, label, before) if phrase.is_open else phrase

    def _is_open(self, words: Sequence[str]) -> bool:
        """Say whether one of these lower-case words may be an adjective, and may be a noun."""
        kinds = map(self._lexicon.parts_of_speech, words)
        return any(kind & ADJECTIVES and "NOUN" in kind for kind in kinds)

    def _declines_in_person(self, words: Sequence[Word], n: int, kinds: Kinds) -> bool:
        """Say whether a word of a person's name declines: no particle, initial or acronym."""
        text = words[n].text
        is_initial = len(text) == 1 or (len(text) == 2 and _text_at(words, n + 1) == ".")
        # in `Ким Чен Ына` the last word alone declines
        is_first_of_asian = words[n].lower in EAST_ASIAN and n + 1 < len(words)
        is_first_of_asian |= n == 1 and is_in_the_middle([word.lower for word in words[:3]])
        is_father = _text_at(words, n + 1).lower() in AFTER_A_FATHER
        if is_initial or is_first_of_asian or is_father or words[n].lower in UNDECLINED:
            return False
        return CYRILLIC_WORD.fullmatch(text) is not None and not self._is_acronym(text, kinds)

    def _group(
        self, words: Sequence[Word], start: int, in_capitals: Kinds
    ) -> tuple[list[int], int]:
        """Return the agreeing words from a place on, and the place behind their head."""
        group: list[int] = []
        for n in range(start, len(words)):
            word = words[n]
            if _is_skipped(words, n, is_begun=bool(group)):
                continue
            if _goes_on(words, n):
                continue
            is_domain = _text_at(words, n + 1) == "." and _text_at(words, n + 2) in DOMAINS
            if not CYRILLIC_WORD.fullmatch(word.text) or is_domain:
                return group, n + 1
            if self._is_acronym(word.text, in_capitals):
                return group, n + 1
            if word.text == "им" and _text_at(words, n + 1) == ".":
                return group, n  # `ЦПКиО им. Горького`
            kinds = self._lexicon.parts_of_speech(word.lower)
            if not kinds & DECLINED:
                return ([n] if not group and word.text[0].isupper() else group), n + 1
            group.append(n)
            if not _is_adjective(word, kinds) and not agrees_ahead(
                word, words[n + 1 : n + 2], self._lexicon.morphology
            ):
                return group, n + 1
        return group, len(words)

    def _is_acronym(self, text: str, kinds: Kinds) -> bool:
        """Say whether a word in capitals is an acronym, which has no cases."""
        if kinds is None or not text.isupper() or not 2 <= len(text) <= LONGEST_ACRONYM:
            return False
        readings = self._lexicon.morphology.known_readings(text.lower())
        return not any(reading.features.kind in kinds for reading in readings)

    def _has_only_adjectives(self, words: Sequence[Word], group: Sequence[int]) -> bool:
        """Say whether a name is adjectives in small letters without a head: `британский`."""
        if not words or len(group) != len(words) or words[0].text[0].isupper():
            return False
        kinds = [self._lexicon.parts_of_speech(word.lower) for word in words]
        return all(kind & ADJECTIVES and "NOUN" not in kind for kind in kinds)


def _neglect_nickname(phrase: Phrase) -> Phrase:
    """Return a phrase without the grammar of its nickname, which the net reads as the name's."""
    inside = find_nickname([word.text for word in phrase.words])
    if not inside:
        return phrase
    words = [w._replace(slots=NEUTRAL) if n in inside else w for n, w in enumerate(phrase.words)]
    return phrase._replace(words=words)


def _length_of_type(words: Sequence[Word]) -> int:
    """Return how many words and marks are a street's type, written short: `пр.`, `пр-т`."""
    if len(words) < 2 or words[0].lower not in SHORT_TYPES:
        return 0
    return 1 + (words[1].text == ".")


def _goes_on(words: Sequence[Word], n: int) -> bool:
    """Say whether a word's last part, which declines, is two words behind: `Яндекс.Маркета`."""
    if n + 2 >= len(words) or words[n].end < words[n + 1].start:
        return False
    word, mark, part = words[n : n + 3]
    if not part.text[0].isupper() or mark.end < part.start or not word.text[0].isupper():
        return False
    return mark.text == "." or (mark.text in APOSTROPHES and word.lower.endswith("-д"))


def _is_skipped(words: Sequence[Word], n: int, is_begun: bool) -> bool:
    """Say whether the head may still come behind a word that does not decline itself."""
    word = words[n]
    if word.text[0].isalpha():
        is_abbreviated = word.lower in ABBREVIATED and _text_at(words, n + 1) == "."
        return is_abbreviated or (is_begun and word.lower == "и")
    return not is_begun or word.text in WITHIN or word.text in QUOTES  # `московского «Спартака»`


def _has_initials(words: Sequence[Word]) -> bool:
    """Say whether words are one person with initials, and not `А. и Б. Стругацкие`."""
    texts = [word.text for word in words]
    has_initial = any(len(text) == 1 and text.isupper() for text in texts)
    return has_initial and not {"и", ",", "/", "&"}.intersection(texts)


def _is_adjective(word: Word, kinds: frozenset[str]) -> bool:
    return bool(kinds & ADJECTIVES) and ("NOUN" not in kinds or word.adjective > LIKELY)


def _text_at(words: Sequence[Word], n: int) -> str:
    return words[n].text if n < len(words) else ""
