"""Names of a corpus are counted as they are written, by base form, and by what training has."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ner_service.explore.baselines.dictionary import DictionaryTagger
from ner_service.explore.corpus.sample import Sample, surface_of
from ner_service.names import Analyser
from ner_service.types import Document

SHOWN = 15
MOST_FORMS = 4  # of a base form that are shown
EXAMPLE_CHARS = 40  # on each side of a place that is shown


@dataclass(frozen=True, slots=True)
class Frequent:
    """A frequent name has its label, its count, and the forms in which it stands."""

    label: str
    name: str
    count: int
    forms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """An ambiguous name has several labels, the most frequent first."""

    name: str
    labels: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unmarked:
    """An unmarked name is marked in some places and stands in others without a mark."""

    name: str
    label: str
    marked: int
    unmarked: int
    example: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Counts of the entities of a held-out file by whether training has the name.

    `same_label` are in the training files as they are written; `base_form` only in another form;
    `other_label` only under another label; `unseen` not at all. Case makes no difference.
    """

    file: str
    label: str
    entities: int
    same_label: int
    base_form: int
    other_label: int
    unseen: int


BaseForms = dict[tuple[str, str], str]  # label and surface -> the most frequent base form


def base_forms(documents: Iterable[Document], analyser: Analyser) -> BaseForms:
    """Return the base form of each name; those that are not sure are left out."""
    counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for document in documents:
        if not document.entities:
            continue
        analysis = analyser.analyse(document.text, document.entities)
        for entity, mention in zip(document.entities, analysis.mentions, strict=True):
            if mention.normal:
                counts[entity.label, surface_of(document, entity)][mention.normal] += 1
    return {key: normals.most_common(1)[0][0] for key, normals in counts.items()}


def frequent_surfaces(samples: Sequence[Sample]) -> list[Frequent]:
    """Return the most frequent names of each label as they are written."""
    counts = _surface_counts(samples)
    return _most_frequent(Frequent(*key, count) for key, count in counts.items())


def frequent_base_forms(samples: Sequence[Sample], bases: BaseForms) -> list[Frequent]:
    """Return the most frequent names of each label by base form, with their forms."""
    forms: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (label, surface), count in _surface_counts(samples).items():
        if base := bases.get((label, surface)):
            forms[label, base][surface] += count
    return _most_frequent(
        Frequent(*key, some.total(), tuple(form for form, _ in some.most_common(MOST_FORMS)))
        for key, some in forms.items()
    )


def _surface_counts(samples: Sequence[Sample]) -> Counter[tuple[str, str]]:
    return Counter(pair for sample in samples for pair in sample.surfaces())


def _most_frequent(names: Iterable[Frequent]) -> list[Frequent]:
    by_label: dict[str, list[Frequent]] = defaultdict(list)
    for name in names:
        by_label[name.label].append(name)
    ranked = (sorted(some, key=lambda n: (-n.count, n.name)) for some in by_label.values())
    first = (some[:SHOWN] for some in ranked)
    return [name for some in sorted(first, key=lambda some: -some[0].count) for name in some]


def ambiguous_names(samples: Sequence[Sample]) -> list[Ambiguous]:
    """Return names with several labels, those that are mixed most first."""
    labels: dict[str, Counter[str]] = defaultdict(Counter)
    for (label, surface), count in _surface_counts(samples).items():
        labels[surface][label] += count
    several = [(name, some.most_common()) for name, some in labels.items() if len(some) > 1]
    several.sort(key=lambda item: (-sum(n for _, n in item[1][1:]), item[0]))
    return [Ambiguous(name, tuple(some)) for name, some in several]


def unmarked_names(samples: Sequence[Sample]) -> list[Unmarked]:
    """Return names that are marked in some places only, those with the most bare places first."""
    dictionary = DictionaryTagger.of(each.document for s in samples for each in s.drawn)
    bare: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for document in (each.document for sample in samples for each in sample.drawn):
        marked = {n for entity in document.entities for n in range(entity.start, entity.end)}
        for entity in dictionary.tag([document.text])[0]:
            if marked.isdisjoint(range(entity.start, entity.end)):
                around = slice(max(0, entity.start - EXAMPLE_CHARS), entity.end + EXAMPLE_CHARS)
                example = " ".join(document.text[around].split())
                bare[entity.label, surface_of(document, entity)][example] += 1
    counts = _surface_counts(samples)
    names = [
        Unmarked(surface, label, counts[label, surface], some.total(), min(some))
        for (label, surface), some in bare.items()
    ]
    return sorted(names, key=lambda n: (-min(n.marked, n.unmarked), -n.unmarked, n.name))


def seen_names(samples: Sequence[Sample], bases: BaseForms) -> list[Seen]:
    """Return for each held-out file and label how many of its names training has."""
    training = [sample for sample in samples if not sample.is_held_out]
    known = {(label, surface.casefold()) for s in training for label, surface in s.surfaces()}
    anywhere = {surface for _, surface in known}
    forms = {(label, _base(bases, label, name)) for s in training for label, name in s.surfaces()}

    def fate(label: str, surface: str) -> str:
        if (label, surface.casefold()) in known:
            return "same_label"
        if (label, _base(bases, label, surface)) in forms:
            return "base_form"
        return "other_label" if surface.casefold() in anywhere else "unseen"

    rows = []
    for sample in samples if known else ():
        if sample.is_held_out:
            fates: dict[str, Counter[str]] = defaultdict(Counter)
            for label, surface in sample.surfaces():
                fates[label][fate(label, surface)] += 1
            kinds = ("same_label", "base_form", "other_label", "unseen")
            for label, some in sorted(fates.items()):
                rows.append(Seen(sample.name, label, some.total(), *(some[k] for k in kinds)))
    return rows


def _base(bases: BaseForms, label: str, surface: str) -> str:
    """Return the base form of a name without regard to case, or the name itself."""
    return bases.get((label, surface), surface).casefold()
