"""A post is what a person is beside the name: `лечащий врач, к.м.н.`, `директор по продажам`.

A name behind a post in the nominative is in the nominative, too, where no verb is near. A relative
(`сын Козлова`) and a representative are somebody's, so their words tell nothing.
"""

import re
from collections.abc import Iterator, Sequence

from ner_service.names.lexicon import ADJECTIVES, Lexicon
from ner_service.names.types import Case
from ner_service.names.vocabulary import ACTING, POST_ABBREVIATIONS, RELATED
from ner_service.names.words import LONGEST

WORD = re.compile(r"(?:[^\W\d_]\.[ \xa0]?){2,4}|[^\W\d_]+(?:-[^\W\d_]+)*\.?")
DEGREE = re.compile(r"(?:\w\.){2,4}")  # `к.м.н.`, `и. о.`
SUBSTANTIVE = re.compile("..+(?:[ыио]й|[ая]я)")  # `дежурная`, and not `гол`
QUALIFYING = ADJECTIVES | {"NPRO"}
MOVES = frozenset({"VERB", "INFN", "GRND", "PRTS"})
LONGEST_HEAD = 3  # words, such as `главного бухгалтера`
SHORTEST_VERB = 3  # letters; `при` and `три` may be verbs, too


class PostReader:
    """Reads the words beside a name; the dictionary says which of them are people."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def is_post(self, text: str) -> bool:
        """Say whether some words, such as those of a line before a name, end with a post.

        The post may stand behind commas: `с уважением, менеджер`.
        """
        words = list(_words(text.rpartition(",")[2]))
        if not words or not self._is_nominative(words):
            return False
        return not any(map(self._is_verb, _words(text)))

    def has_plural_verb(self, text: str) -> bool:
        """Say whether a verb has others as its subject: `Козлова, 27 лет, задержали`."""
        return any(word.endswith(("ли", "лись")) and self._is_verb(word) for word in _words(text))

    def _is_nominative(self, words: Sequence[str]) -> bool:
        """Say whether words are a post: abbreviations, adjectives, a head and what it governs."""
        n = 0
        while n < len(words) and (words[n] in ACTING or _is_abbreviation(words[n])):
            n += 1
        if n == len(words):
            return True
        if n and words[n - 1] in ACTING:
            return any(self._is_person(word, "Gen") for word in words[n : n + LONGEST_HEAD])
        begin = n
        while n < len(words) and not self._is_person(words[n], "Nom"):
            if not self._is_adjective(words[n]):  # `исполняющая обязанности`
                return n > begin and words[n - 1].endswith(("щий", "щая"))
            n += 1
        if n == len(words):
            return SUBSTANTIVE.fullmatch(words[-1]) is not None
        is_others = self._is_related(words[-1]) or self._may_have_name(words[-1])
        return words[n] in ACTING or not is_others

    def _may_have_name(self, word: str) -> bool:
        """Say whether a word is a genitive that a name agrees with: `обвиняемого Козлова`."""
        return word.endswith(("ого", "его")) or self._is_person(word, "Gen")

    def _is_person(self, word: str, case: Case) -> bool:
        """Say whether a word is a noun for one person, and no name, in a case."""
        word = word.rpartition("-")[2]  # of `врач-терапевт`
        features = [reading.features for reading in self._lexicon.morphology.known_readings(word)]
        nouns = [f for f in features if f.pos == "NOUN" and f.is_animate and not f.kind]
        return any(noun.case == case and noun.number != "Plur" for noun in nouns)

    def _is_adjective(self, word: str) -> bool:
        readings = self._lexicon.morphology.known_readings(word)
        return any(r.features.pos in QUALIFYING and r.features.case == "Nom" for r in readings)

    def _is_related(self, word: str) -> bool:
        return any(r.lemma in RELATED for r in self._lexicon.morphology.known_readings(word))

    def _is_verb(self, word: str) -> bool:
        kinds = self._lexicon.parts_of_speech(word) if len(word) >= SHORTEST_VERB else frozenset()
        return bool(kinds) and kinds <= MOVES


def _words(text: str) -> Iterator[str]:
    """Yield the words of a text in small letters, abbreviations with their full stops."""
    words = (match[0].lower() for match in WORD.finditer(text))
    yield from ("".join(word.split()) for word in words if len(word) <= LONGEST)


def _is_abbreviation(word: str) -> bool:
    return word.rstrip(".") in POST_ABBREVIATIONS or DEGREE.fullmatch(word) is not None
