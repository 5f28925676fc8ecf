"""A choice of form decides how a name is written where a changed text has its stand-in."""

import re
from collections.abc import Mapping, Sequence

from ner_service.names.inflection import inflect_name
from ner_service.names.masking.finding import Form, Found, Words, split_words
from ner_service.names.masking.key import Key
from ner_service.names.masking.persons import ROLES, Role
from ner_service.names.masking.words import neighbours
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case

GOVERNMENT: Mapping[str, Case] = {  # prepositions that leave no choice of case
    **dict.fromkeys(("без", "для", "до", "из", "от", "у", "около", "после", "против"), "Gen"),
    **dict.fromkeys(("кроме", "вместо", "ради", "среди", "насчёт", "помимо"), "Gen"),
    **dict.fromkeys(("к", "ко", "благодаря", "согласно", "вопреки", "навстречу"), "Dat"),
    **dict.fromkeys(("про", "через", "сквозь"), "Acc"),
    **dict.fromkeys(("перед", "над", "между"), "Ins"),
    **dict.fromkeys(("о", "об", "обо", "при"), "Loc"),
}
PREPOSITION = re.compile(r"(\w+)\s{1,3}[«\"“„]?$")
REACH = 40  # characters in which the preposition stands


class Choice:
    """A choice is made for each stand-in that was found in one changed text."""

    def __init__(self, text: str, key: Key, found: Sequence[Found], morphology: Morphology) -> None:
        self._text, self._key, self._found, self._morphology = text, key, found, morphology
        self._by_place: dict[tuple[int, Words, int], str] = {}  # name, surrogate, neighbours
        self._by_mask: dict[tuple[int, Words], str] = {}
        self._by_case: dict[tuple[int, Case | None], str] = {}
        self._first: dict[int, str] = {}
        for mention in key.mention_rows:
            name, surface, words = mention.name, mention.surface, split_words(mention.mask)
            self._by_place.setdefault((name, words, mention.around), surface)
            self._by_mask.setdefault((name, words), surface)
            self._by_case.setdefault((name, mention.case or None), surface)
            self._first.setdefault(name, surface)
        self._in_order = [f.name for f in found] == [m.name for m in key.mention_rows]

    def surface(self, n: int) -> str:
        """Return the surface of the stand-in number `n`.

        The first that applies decides: the ending that a placeholder has got, a mention between
        the same words, a mention at the same place of the same sequence, a preposition, the form
        of the surrogate; else it is the nominative.
        """
        found = self._found[n]
        if not found.mask and found.forms[0].case:
            return self._in_case(found.forms[0])
        around = neighbours(self._text, found.start, found.end)
        if same_place := self._by_place.get((found.name, found.mask, around)):
            return same_place
        governed = self._governed(found)
        if found.mask:
            return self._surface_of_form(n, found) or self._in_case(governed or found.forms[0])
        if governed is None and self._in_order:
            return self._key.mention_rows[n].surface
        return self._in_case(governed or found.forms[0])

    def _surface_of_form(self, n: int, found: Found) -> str | None:
        """Return the surface of a mention that had the very form of a surrogate."""
        if self._in_order and split_words(self._key.mention_rows[n].mask) == found.mask:
            return self._key.mention_rows[n].surface
        return self._by_mask.get((found.name, found.mask))

    def _governed(self, found: Found) -> Form | None:
        """Return the form in the case that the preposition before the stand-in asks for."""
        before = PREPOSITION.search(self._text[max(0, found.start - REACH) : found.start])
        case = GOVERNMENT.get(before[1].lower()) if before else None
        if case is None or not found.mask:
            return Form(found.name, case) if case else None
        return next((form for form in found.forms if form.case == case), None)

    def _in_case(self, form: Form) -> str:
        """Return a name in a case: as a mention has it, else inflected, else as it is at hand."""
        name, case = self._key.name_rows[form.name], form.case or "Nom"
        base = self._parts(name.parts, form.roles) if form.roles else None
        if base is None:
            if same := self._by_case.get((form.name, case)):
                return same
            base = name.normal
        if not base:
            return self._first.get(form.name, name.mask)
        gender = (name.gender or "Masc") if name.label == "PER" else None
        return inflect_name(base, case, self._morphology, gender) or base

    def _parts(self, parts: Sequence[str], roles: Sequence[Role]) -> str | None:
        """Return those parts of a person's name that a surrogate shows, if any are known."""
        by_role = dict(zip(ROLES, parts, strict=False))
        return " ".join(by_role[role] for role in roles if by_role.get(role)) or None
