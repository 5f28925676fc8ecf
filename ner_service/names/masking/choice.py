"""A choice of form decides how a name is written where a changed text has its stand-in."""

from collections.abc import Collection, Sequence

from ner_service.names.inflection import inflect_name
from ner_service.names.masking.finding import Form, Found, Words, all_forms, split_words
from ner_service.names.masking.government import NO_PREPOSITION, Government
from ner_service.names.masking.key import Key
from ner_service.names.masking.persons import ROLES, Role
from ner_service.names.masking.placeholders import ENDINGS
from ner_service.names.masking.words import neighbours
from ner_service.names.morphology import Morphology
from ner_service.names.types import Case

OBLIQUE: tuple[Case, ...] = ("Gen", "Dat", "Acc", "Ins", "Loc")
CHANCE = 2  # stand-ins that may be in the order of the text by chance
OF_AN_OBJECT = frozenset({"у", "ю", "ую", "юю"})  # endings of a feminine noun


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
        names = [key.name_rows[item.name] for item in found]
        self._government = Government(text, found, names, morphology)
        self._cases: list[Sequence[Case]] = []  # that are possible for each stand-in
        for n in range(len(found)):
            self._cases.append(self._possible_cases(n))

    def surface(self, n: int) -> str:
        """Return the surface of the stand-in number `n`.

        The first that applies decides: the ending that a placeholder has got, a mention between
        the same words, a preposition, perhaps of a name that `и` joins, the form of the surrogate,
        a mention at the same place of the same sequence, the word before, as it mostly governs;
        else it is the nominative.
        """
        found = self._found[n]
        if found.ending:
            return self._in_case(Form(found.name, self._cases[n][0]))
        around = neighbours(self._text, found.start, found.end)
        if same_place := self._by_place.get((found.name, found.mask, around)):
            return same_place
        governed = self._governed(n)
        if found.mask:
            same = self._surface_of_form(n, found)
            form = governed or self._likely_form(n)
            is_other = form is not None and form.case not in self._masked_cases(found)
            return same if same and not is_other else self._in_case(form or found.forms[0])
        case = self._government.likely_case(n) if governed is None else None
        if governed is None and self._in_order and (case is None or len(self._found) > CHANCE):
            return self._key.mention_rows[n].surface
        return self._in_case(governed or Form(found.name, case))

    def _possible_cases(self, n: int) -> Sequence[Case]:
        """Return the cases that the words before a stand-in and its ending leave: one, or more."""
        is_joined = self._government.is_joined(n)
        cases = self._cases[n - 1] if is_joined else self._government.cases(n)
        ending = self._found[n].ending
        return (self._case_of_ending(n, ending, cases),) if ending and len(cases) > 1 else cases

    def _case_of_ending(self, n: int, ending: str, cases: Sequence[Case]) -> Case:
        """Return the case that the ending behind a placeholder means, of several possible ones.

        Who writes `<LOC_1>у` either has a masculine noun in mind or a form of the name itself:
        `в Тулу`, and behind `вижу` a person, too.
        """
        name = self._found[n].name
        fitting = [case for case in OBLIQUE if case in cases and self._ends(name, case, ending)]
        of_noun = ENDINGS[ending]
        has_preposition = cases is not NO_PREPOSITION
        is_object = not has_preposition and self._government.is_object(n)
        if is_object and "Acc" in fitting:
            return "Acc"
        is_person = self._key.name_rows[name].label == "PER" and not has_preposition
        if of_noun in cases and (of_noun in fitting or (is_person and not is_object)):
            return of_noun
        if fitting:
            return fitting[0]
        may_be_object = ending in OF_AN_OBJECT and (is_object or of_noun not in cases)
        return "Acc" if may_be_object and "Acc" in cases else of_noun

    def _ends(self, name: int, case: Case, ending: str) -> bool:
        """Return whether a word of a name has an ending in a case."""
        return any(word.endswith(ending) for word in split_words(self._in_case(Form(name, case))))

    def _surface_of_form(self, n: int, found: Found) -> str | None:
        """Return the surface of a mention that had the very form of a surrogate."""
        if self._in_order and split_words(self._key.mention_rows[n].mask) == found.mask:
            return self._key.mention_rows[n].surface
        return self._by_mask.get((found.name, found.mask))

    def _masked_cases(self, found: Found) -> Collection[Case | None]:
        """Return the cases of the mentions that had the very form of a surrogate."""
        rows = self._key.mention_rows
        same = (m for m in rows if m.name == found.name and split_words(m.mask) == found.mask)
        return {mention.case or None for mention in same}

    def _governed(self, n: int) -> Form | None:
        """Return the form in the case that the words before the stand-in ask for."""
        found, cases = self._found[n], self._cases[n]
        if len(cases) > 1:
            return None
        return self._form_in(found, cases[0]) if found.mask else Form(found.name, cases[0])

    def _likely_form(self, n: int) -> Form | None:
        """Return the form in the case that a noun before a surrogate asks for: `речь Анны`."""
        case = self._government.likely_case(n) if len(self._cases[n]) > 1 else None
        return self._form_in(self._found[n], case) if case else None

    def _form_in(self, found: Found, case: Case) -> Form | None:
        """Return the form that a surrogate may be in a case, if it has that form there."""
        for form in found.forms:
            if form.case == case:
                return form
        forms = all_forms(found.name, self._key.name_rows[found.name], self._morphology)
        alike = (form for words, form in forms if words == found.mask)
        return next((form for form in alike if form.case == case), None)

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
