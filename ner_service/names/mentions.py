"""Mentions of one name in a text are joined where nothing else fits them.

Mentions with one base form are one name. A shorter form then joins the one longer form that it
fits, and none where it fits two: a wrong join is worse than none.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ner_service.names.aliases import Aliases, fold
from ner_service.names.likeness import Form, FormReader, fits
from ner_service.names.odds import ENDS_IN_A_CONSONANT
from ner_service.names.scripts import Pair
from ner_service.names.types import Gender, Mention, Name, Parts

MOST = 500  # longer forms that are compared; a form with more would fit two, and joins none


@dataclass(slots=True, eq=False)
class Group:
    """A group has the mentions with one base form, until it joins another group."""

    form: Form
    mentions: list[int] = field(default_factory=list)
    genders: set[Gender] = field(default_factory=set)  # that the forms of its mentions show
    joined: "Group | None" = None

    @property
    def root(self) -> "Group":
        """Return the group that this one has joined, or itself."""
        root = self
        while root.joined:  # no recursion: a text may make the way long
            root = root.joined
        if root is not self:
            self.joined = root
        return root

    def agrees(self, other: "Group") -> bool:
        """Say whether one person may have the genders that both groups show; others have any."""
        is_free = self.form.label != "PER" or not (self.genders and other.genders)
        return is_free or bool(self.genders & other.genders)


def join_mentions(
    labels: Sequence[str],
    surfaces: Sequence[str],
    mentions: Sequence[Mention],
    genders: Sequence[Gender | None],
    forms: FormReader,
    pairs: Iterable[Pair] = (),
) -> tuple[Name, ...]:
    """Return the names that the mentions of a text join to, in the order of the first mentions.

    `genders` are those that the form of a mention shows beyond doubt. `pairs` are mentions that
    the text itself says are of one name.
    """
    alike: dict[tuple[str, str | None, str], list[int]] = {}
    for n, (label, surface, mention) in enumerate(zip(labels, surfaces, mentions, strict=True)):
        key = label, mention.normal, "" if mention.normal else surface
        alike.setdefault(key, []).append(n)
    groups: dict[tuple[str, str, Gender | None], Group] = {}
    for (label, _, surface), indices in alike.items():
        form = forms.read(label, mentions[indices[0]], surface)
        is_lone = label == "PER" and ENDS_IN_A_CONSONANT.search(form.key) and len(form.words) == 1
        for gender, one in _split_genders(indices, genders) if is_lone else [(None, indices)]:
            group = groups.setdefault((label, form.key, gender), Group(form))
            group.mentions += one
            group.genders.update([gender for n in one if (gender := genders[n])])
    by_label: dict[str, list[Group]] = {}
    for group in groups.values():
        by_label.setdefault(group.form.label, []).append(group)
    for some in by_label.values():
        if len(some) > 1:
            _join_groups(some, forms.aliases)
    if some_pairs := [*pairs]:
        _join_pairs(groups.values(), some_pairs)
    return tuple(_names(list(groups.values()), mentions))


def _split_genders(
    indices: Sequence[int], genders: Sequence[Gender | None]
) -> Iterable[tuple[Gender | None, Sequence[int]]]:
    """Return the mentions of one base form by the gender that they show, if they show two.

    One that shows none is of the gender that was shown last: `о Ковале и о Коваль` are two.
    """
    shown = [gender for n in indices if (gender := genders[n])]
    if len(set(shown)) < 2:
        return [(None, indices)]
    split: dict[Gender | None, list[int]] = {}
    last = shown[0]
    for n in indices:
        last = genders[n] or last
        split.setdefault(last, []).append(n)
    return split.items()


def share_among_mentions(
    mentions: Sequence[Mention], names: Sequence[Name], genders: Sequence[Gender | None]
) -> tuple[Mention, ...]:
    """Return mentions with what other mentions of their names tell about parts and gender.

    `Гор` alone is a first name, and a last name where `Альберт Гор` is mentioned; `Меркель` alone
    has no gender, and is a woman where `Ангелы Меркель` is mentioned.
    """
    shared = list(mentions)
    for name in names:
        if name.label != "PER":
            continue
        shown = {genders[n] for n in name.mentions} - {None}
        gender = shown.pop() if len(shown) == 1 else None
        for n in name.mentions:
            mention = mentions[n]
            parts = _part_of(mention, name.parts) or mention.parts
            shown_gender = gender if gender and mention.number == "Sing" else mention.gender
            if (parts, shown_gender) != (mention.parts, mention.gender):
                shared[n] = replace(mention, parts=parts, gender=shown_gender)
    return tuple(shared)


def _part_of(mention: Mention, parts: Parts | None) -> Parts | None:
    """Return the part that the only word of a mention is in a longer name, if it is one."""
    if parts and mention.normal:
        word = fold(mention.normal)
        if word == fold(parts.last or ""):
            return Parts(last=mention.normal)
        if word == fold(parts.first or ""):
            return Parts(first=mention.normal)
    return None


def _join_groups(groups: Sequence[Group], aliases: Aliases) -> None:
    """Join each group, the fullest forms first, to the one fuller form that it fits."""
    hooked: dict[str, list[Group]] = {}
    for group in sorted(groups, key=lambda group: group.form.rank, reverse=True):
        longer = [other for hook in group.form.finds for other in hooked.get(hook, ())]
        roots: dict[int, Group] = {}
        for other in longer if len(longer) <= MOST else ():
            is_new = id(other.root) not in roots and group.agrees(other)
            if is_new and fits(group.form, other.form, aliases):
                roots[id(other.root)] = other.root
        if len(roots) == 1:
            (group.joined,) = roots.values()
        for hook in group.form.hooks:
            hooked.setdefault(hook, []).append(group)


def _join_pairs(groups: Iterable[Group], pairs: Iterable[Pair]) -> None:
    """Join each Latin name, and all that is joined with it, to the one Russian name it stands for.

    One that stands behind several names, as `Anna` may behind `Анна` and `Алла`, joins none.
    """
    group_of = {n: group for group in groups for n in group.mentions}
    partners: dict[int, dict[int, Group]] = {}  # by the roots' identities
    roots: dict[int, Group] = {}
    for pair in pairs:
        latin, russian = group_of[pair.latin].root, group_of[pair.russian].root
        if latin is not russian:
            roots[id(latin)] = latin
            partners.setdefault(id(latin), {})[id(russian)] = russian
    for latin_id, russians in partners.items():
        if len(russians) == 1:
            latin, (russian,) = roots[latin_id], russians.values()
            if latin is not russian.root and latin.agrees(russian.root):
                latin.joined = russian.root


def _names(groups: Iterable[Group], mentions: Sequence[Mention]) -> Iterator[Name]:
    """Yield a name for each root, which has the longest form, in the order of first mentions."""
    members: dict[int, tuple[Group, list[int]]] = {}
    for group in groups:
        members.setdefault(id(group.root), (group.root, []))[1].extend(group.mentions)
    for root, indices in sorted(members.values(), key=lambda item: min(item[1])):
        longest = mentions[root.mentions[0]]
        yield Name(root.form.label, longest.normal, longest.parts, tuple(sorted(indices)))
