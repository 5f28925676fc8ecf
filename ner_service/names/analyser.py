"""The analyser finds the base forms, the parts and the joined mentions of a text's entities."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from ner_service.errors import SpanError
from ner_service.names import settlements, subjects
from ner_service.names.aliases import load_aliases
from ner_service.names.document import solve_again
from ner_service.names.endings import case_of_ending
from ner_service.names.eponyms import BEFORE
from ner_service.names.government import odds_behind_preposition
from ner_service.names.lexicon import FEMININE, Lexicon
from ner_service.names.likeness import FormReader
from ner_service.names.lists import load_lists
from ner_service.names.mentions import join_mentions, share_among_mentions
from ner_service.names.morphology import Morphology
from ner_service.names.normal_form import SURE, Solution, odds_beside, solve
from ner_service.names.odds import ENDS_IN_A_CONSONANT
from ner_service.names.parts import PartsReader
from ner_service.names.phrases import Phrase, PhraseReader
from ner_service.names.posts import PostReader
from ner_service.names.pymorphy import Pymorphy
from ner_service.names.scripts import find_pairs
from ner_service.names.slots import SLOTS
from ner_service.names.standing import stand_alone
from ner_service.names.types import Analysis, Gender, Mention
from ner_service.names.words import EntityWords, Floats
from ner_service.names.writing import join_words, write_words
from ner_service.turns import Turn
from ner_service.types import Entity

TEXTS = 16  # that are analysed at once; bounds the memory in use
SURE_BY_NET = 0.99  # the probability of a form about which no verb needs to be asked
ALL_THE_MORE = np.float32(3.0)  # a neighbour decides about a name that has one form in all cases
OF_OTHERS = ("ть", "ют", "ут", "ят", "ат", "ли")  # endings of infinitives and of the plural
AND, LISTING = frozenset({"и"}), frozenset({"и", ","})
OF_BOTH = re.compile("(?<![оеё]в)(?<![иы]н)(?<!а)[ая]$")
OF_A_WOMAN = ("Dat", "Ins", "Loc")  # in which a woman's name in a consonant is no man's
LEAST_CHANCE = 0.499  # of a base form: one less likely than not, beyond the error of quick scores


class Contexts(Protocol):
    """Contexts give the words of entities with their grammar in the sentences of a text."""

    def cut(self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]) -> EntityWords:
        """Cut the words of entities out of their sentences."""

    def read(self, cut: EntityWords, wanted: Sequence[Sequence[int]]) -> None:
        """Put the grammar of the wanted words of each entity into the words."""


class Analyser:
    """An analyser is loaded once, in about a second, and takes some 150 MB.

    It may be called from several threads, which take turns.
    """

    def __init__(
        self, morphology: Morphology | None = None, contexts: Contexts | None = None
    ) -> None:
        """Load pymorphy3, and slovnet's net from natasha's wheel, unless others are given."""
        if contexts is None:  # compiled kernels, which nobody waits for who wants the types alone
            from ner_service.names.context import load_context_reader

            contexts = load_context_reader()
        self.morphology = morphology or Pymorphy()
        self._contexts = contexts
        self._lexicon = Lexicon(self.morphology, load_lists())
        self._phrases = PhraseReader(self._lexicon)
        self._parts = PartsReader(self._lexicon)
        self._posts = PostReader(self._lexicon)
        self._forms = FormReader(load_aliases(self.morphology))
        self._turn = Turn()

    def analyse(self, text: str, entities: Sequence[Entity]) -> Analysis:
        """Analyse the entities of a text, which are in order, in bounds and do not overlap.

        Raises `SpanError` where they are not.
        """
        return self.analyse_many([text], [entities])[0]

    def analyse_many(
        self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]
    ) -> list[Analysis]:
        """Analyse the entities of each text, each text by itself."""
        for text, inside in zip(texts, entities, strict=True):
            check_spans(text, inside)
        analyses: list[Analysis] = []
        with self._turn:
            for at in range(0, len(texts), TEXTS):
                some = slice(at, at + TEXTS)
                analyses += self._analyse_some(texts[some], entities[some])
        return analyses

    def _analyse_some(
        self, texts: Sequence[str], entities: Sequence[Sequence[Entity]]
    ) -> list[Analysis]:
        labels = [entity.label for inside in entities for entity in inside]
        cut = self._contexts.cut(texts, entities)
        before = [cut.before(n, BEFORE) for n in range(len(labels))]
        phrases = [*map(self._phrases.read, cut.names, labels, before)]
        self._contexts.read(cut, [*map(self._phrases.choose, phrases, labels)])
        phrases = [*map(self._phrases.read_again, phrases, labels, before)]
        phrases = [*map(_ask_preposition, phrases, before)]
        phrases = self._ask_settlements(cut, labels, phrases)
        phrases = _mark_alone(texts, entities, phrases, self._posts)
        solved = solve(phrases, self._lexicon)
        for n, odds in self._weigh_neighbours(cut, labels, phrases, solved):
            phrases[n] = _weigh(phrases[n], odds)
            (solved[n],) = solve([phrases[n]], self._lexicon)
        analyses: list[Analysis] = []
        at = 0
        for text, inside in zip(texts, entities, strict=True):
            some = slice(at, at := at + len(inside))
            analyses.append(self._analyse(text, inside, phrases[some], solved[some]))
        return analyses

    def _ask_settlements(
        self, cut: EntityWords, labels: Sequence[str], phrases: list[Phrase]
    ) -> list[Phrase]:
        """Return phrases that know the gender of settlements, as far as a type or news tell it."""
        for n, (phrase, label) in enumerate(zip(phrases, labels, strict=True)):
            if label != "LOC" or phrase.within:
                continue
            before = cut.before(n, settlements.BEFORE)
            odds = settlements.odds_behind_type(phrase, before)
            if odds is None and settlements.may_be(phrase):
                after = cut.after(n, settlements.AFTER)
                odds = settlements.odds_of_settlement(phrase, before[-1:], after, self._lexicon)
            phrases[n] = phrase if odds is None else _weigh(phrase, odds)
        return phrases

    def _weigh_neighbours(
        self,
        cut: EntityWords,
        labels: Sequence[str],
        phrases: Sequence[Phrase],
        solved: Sequence[list[Solution]],
    ) -> Iterator[tuple[int, Floats]]:
        """Yield the unsure names with what another name or a verb beside them says of their slots.

        A name joined by `и` has the case of the one before it, and so has a person of a list.
        """
        for n, (phrase, solutions) in enumerate(zip(phrases, solved, strict=True)):
            if not solutions:
                continue
            best = solutions[0]
            has_one_form = (
                best.chance > SURE
                and _is_same(phrase, best)
                and (best.slot.case != "Nom" or (labels[n] == "PER" and _may_be_object(cut, n)))
            )
            if best.chance > SURE_BY_NET and not has_one_form:
                continue
            is_unsure = best.chance <= SURE or has_one_form
            joints = LISTING if labels[n] == "PER" else AND
            if is_unsure and labels[n] == labels[n - 1] and cut.is_joined(n, joints):
                odds = odds_beside(phrases[n - 1], solved[n - 1])
                if odds is not None:
                    yield n, odds * ALL_THE_MORE if has_one_form else odds
                    continue
            if phrase.declined and labels[n] == "PER":
                before, after = cut.before(n, subjects.BEFORE), cut.after(n, subjects.AFTER)
                odds = subjects.odds_of_subject(before, after, self._lexicon)
                if odds is not None:
                    yield n, odds

    def _analyse(
        self,
        text: str,
        entities: Sequence[Entity],
        phrases: Sequence[Phrase],
        solved: Sequence[list[Solution]],
    ) -> Analysis:
        """Analyse a text from the solutions of its phrases, each by itself."""
        best = [next(iter(some), None) for some in solve_again(phrases, solved, self._lexicon)]
        with_yo = "ё" in text or "Ё" in text
        mentions = [
            self._mention(text, entity, phrase, solution, with_yo)
            for entity, phrase, solution in zip(entities, phrases, best, strict=True)
        ]
        genders = [_shown_gender(*pair) for pair in zip(phrases, best, strict=True)]
        labels = [entity.label for entity in entities]
        surfaces = [text[entity.start : entity.end] for entity in entities]
        pairs = find_pairs(text, entities)
        names = join_mentions(labels, surfaces, mentions, genders, self._forms, pairs)
        shared = share_among_mentions(mentions, names, genders)
        triples = zip(shared, phrases, best, strict=True)
        return Analysis(tuple([_as_woman(*triple) for triple in triples]), names)

    def _mention(
        self,
        text: str,
        entity: Entity,
        phrase: Phrase,
        solution: Solution | None,
        with_yo: bool,
    ) -> Mention:
        if solution and solution.chance < LEAST_CHANCE:
            return Mention()
        words = write_words(text, phrase, solution, with_yo)
        normal = join_words(text, entity, phrase, words)
        parts = self._parts.read([*filter(None, words)]) if entity.label == "PER" else None
        if solution is None:
            surface = text[entity.start : entity.end]
            return Mention(normal, parts, "Gen" if phrase.is_eponym else case_of_ending(surface))
        return Mention(normal, parts, *solution.slot, solution.slot.number)


def _ask_preposition(phrase: Phrase, before: Sequence[str]) -> Phrase:
    """Return a phrase that knows the cases which the preposition before it leaves."""
    odds = odds_behind_preposition(before) if before else None
    return phrase if odds is None or not phrase.groups else _weigh(phrase, odds)


def _weigh(phrase: Phrase, odds: Floats) -> Phrase:
    """Return a phrase for whose slots a neighbour weighs, beside those that do already."""
    beside = phrase.neighbour
    return phrase._replace(neighbour=odds if beside is None else odds + beside)


def _mark_alone(
    texts: Sequence[str],
    entities: Sequence[Sequence[Entity]],
    phrases: Sequence[Phrase],
    posts: PostReader,
) -> list[Phrase]:
    """Return phrases that say which persons stand alone in a cell, a list or a form."""
    alone = (
        alone
        for text, inside in zip(texts, entities, strict=True)
        for alone in stand_alone(text, inside, posts)
    )
    return [
        phrase._replace(is_alone=True) if is_alone else phrase
        for phrase, is_alone in zip(phrases, alone, strict=True)
    ]


def check_spans(text: str, entities: Sequence[Entity]) -> None:
    """Raise `SpanError` unless entities are in bounds, in order and do not overlap."""
    end = 0
    for n, entity in enumerate(entities):
        if not end <= entity.start < entity.end <= len(text):
            raise SpanError(_fault(n, entity, end, len(text)))
        end = entity.end


def _fault(n: int, entity: Entity, end: int, size: int) -> str:
    """Say what is wrong with an entity of a text of that size; the one before it ends at `end`."""
    where = f"entity {n} ({entity.label} {entity.start}:{entity.end})"
    if not 0 <= entity.start < entity.end <= size:
        return (
            f"{where}: is not within the text of {size} characters: give 0 <= start < end "
            f"<= {size}, counted in Unicode code points"
        )
    return (
        f"{where}: begins before the entity before it ends, at {end}: sort entities by "
        "start, and leave out those that overlap"
    )


def _may_be_object(cut: EntityWords, n: int) -> bool:
    """Say whether a verb without a subject may stand before a name: `обвиняют Пасечник`."""
    return any([word.endswith(OF_OTHERS) for word in cut.before(n, 1)])


def _is_same(phrase: Phrase, solution: Solution) -> bool:
    """Say whether a form is its own base form."""
    pairs = zip(phrase.words, solution.bases, strict=True)
    return not any(base and base != word.lower for word, base in pairs)


def _as_woman(mention: Mention, phrase: Phrase, solution: Solution | None) -> Mention:
    """Return a mention in the case that it has if it is a woman's, as other mentions have told.

    `передали Шпак` may be a man's nominative, and is a woman's dative.
    """
    if solution is None or mention.gender != "Fem" or solution.slot.gender != "Masc":
        return mention
    words = [phrase.words[n] for n in phrase.declined]
    if len(words) > 1 or not _is_same(phrase, solution):
        return mention
    if not ENDS_IN_A_CONSONANT.search(words[0].lower):
        return mention
    odds = words[0].slots if phrase.neighbour is None else words[0].slots + phrase.neighbour
    return replace(mention, case=SLOTS[max(FEMININE, key=odds.__getitem__)].case)


def _shown_gender(phrase: Phrase, solution: Solution | None) -> Gender | None:
    """Return the gender of a form that shows it: of two words, or not in its base form.

    Behind a preposition, one form is a woman's: `о Коваль`. Of a last name such as `Кандыба`, all
    forms are those of both.
    """
    if solution is None or solution.chance <= SURE:
        return None
    if len(phrase.declined) == 1 and OF_BOTH.search(solution.bases[phrase.declined[0]] or ""):
        return None
    pairs = zip(phrase.words, solution.bases, strict=True)
    is_shown = len(phrase.declined) > 1 or any(base and base != w.lower for w, base in pairs)
    if not is_shown and phrase.neighbour is not None and solution.slot.gender == "Fem":
        words = [phrase.words[n].lower for n in phrase.declined]
        is_shown = solution.slot.case in OF_A_WOMAN and all(map(ENDS_IN_A_CONSONANT.search, words))
    return solution.slot.gender if is_shown else None
