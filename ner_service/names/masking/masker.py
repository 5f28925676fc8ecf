"""The masker puts placeholders or surrogates in the place of entities, and takes them back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, zip_longest

from ner_service.errors import SpanError
from ner_service.names.analyser import Analyser, check_spans
from ner_service.names.masking.groups import Group, group_entities
from ner_service.names.masking.key import (
    MOST_LABELS,
    MOST_MENTIONS,
    MOST_WORDS,
    Key,
    KeyMention,
    KeyName,
    Style,
)
from ner_service.names.masking.persons import PersonName
from ner_service.names.masking.phrases import Phrase
from ner_service.names.masking.placeholders import own_numbers, placeholder, plain_label
from ner_service.names.masking.spans import cut_form, widen
from ner_service.names.masking.surrogates import Surrogate, Surrogates
from ner_service.names.masking.unmasking import unmask
from ner_service.names.masking.words import neighbours, sketch
from ner_service.names.morphology import Morphology
from ner_service.types import Entity


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text has its entities, which are placeholders or surrogates now, and its key."""

    text: str
    entities: tuple[Entity, ...]
    key: Key


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in replaces a group: by its placeholder, or by its surrogate if it has one."""

    group: Group
    placeholder: str
    surrogate: Surrogate | None

    def form(self, n: int, morphology: Morphology) -> str:
        """Return what stands in the place of the group's mention number `n`."""
        surface, case = self.group.surfaces[n], self.group.cases[n]
        match self.surrogate:
            case None:
                return self.placeholder
            case PersonName():
                return self.surrogate.form(surface, self.group.parts, case, morphology)
            case Phrase():
                return self.surrogate.form(surface, case, morphology)


class Masker:
    """A masker hides entities of texts and brings them back; it keeps nothing of either.

    It is not safe to call from several threads at once.
    """

    def __init__(self, analyser: Analyser) -> None:
        self._analyser, self._morphology = analyser, analyser.morphology

    def mask(
        self, text: str, entities: Sequence[Entity], style: Style = "label", seed: int = 0,
        labels: Iterable[str] = (),
    ) -> Masked:  # fmt: skip
        """Return a text without its entities; a name has one stand-in in all its mentions.

        `labels` are those that were looked for, also where none was found: so placeholders of
        another text are known. Surrogates are drawn by `seed`. Raises `SpanError` where spans do
        not fit the text, or are more than a key holds.
        """
        plain = sorted({plain_label(label) for label in (*labels, *(e.label for e in entities))})
        if len(entities) > MOST_MENTIONS or len(plain) > MOST_LABELS:
            raise SpanError(
                f"entities: {len(entities)} of {len(plain)} labels are more than a key holds, "
                f"{MOST_MENTIONS} of {MOST_LABELS}: mask the text in parts"
            )
        check_spans(text, entities)
        wide = widen(text, entities) if style == "surrogate" else entities
        groups = group_entities(text, wide, self._analyser)
        own = {label: 0 for label in plain} | own_numbers(text, plain)
        stand_ins = self._stand_ins(text, groups, own, style, seed)
        return _assemble(text, entities, wide, stand_ins, own, style, self._morphology)

    def unmask(self, text: str, key: Key, rewritten: bool = False) -> str:
        """Return a masked text with its entities, also where it was changed.

        Raises `KeyMismatch` where the key was altered or belongs to another text; a `rewritten`
        text need not share a word with the masked one.
        """
        return unmask(text, key, self._morphology, rewritten)

    def _stand_ins(
        self, text: str, groups: Iterable[Group], own: Mapping[str, int], style: Style, seed: int
    ) -> list[StandIn]:
        """Return the stand-in of each group; numbers go on from those that the text has itself."""
        surrogates = Surrogates(text, seed, self._morphology) if style == "surrogate" else None
        numbers = dict(own)
        stand_ins = []
        for group in groups:
            label = plain_label(group.label)
            numbers[label] += 1
            surrogate = surrogates.surrogate(group) if surrogates else None
            stand_ins.append(StandIn(group, placeholder(label, numbers[label]), surrogate))
        return stand_ins


def _assemble(
    text: str, entities: Sequence[Entity], wide: Sequence[Entity], stand_ins: Sequence[StandIn],
    own: Mapping[str, int], style: Style, morphology: Morphology,
) -> Masked:  # fmt: skip
    """Return the text with stand-ins, their spans in it, and the key; `wide` have whole words."""
    places = {
        index: (name, n)
        for name, stand_in in enumerate(stand_ins)
        for n, index in enumerate(stand_in.group.mentions)
    }
    kept: list[str] = []  # what stands between the entities, with masks between two of them
    masks: list[str] = []
    end = 0
    for index, entity in enumerate(entities):
        name, n = places[index]
        kept.append(text[end : entity.start])
        masks.append(cut_form(stand_ins[name].form(n, morphology), text, entity, wide[index]))
        end = entity.end
    kept.append(text[end:])
    starts = accumulate(len(a) + len(b) for a, b in zip(kept, ["", *masks], strict=True))
    spans = [(start, start + len(mask)) for start, mask in zip(starts, masks, strict=False)]
    masked = "".join(chain.from_iterable(zip_longest(kept, masks, fillvalue="")))
    key = Key.seal(
        style,
        masked,
        own,
        [_key_name(stand_in) for stand_in in stand_ins],
        [
            _key_mention(text, masked, entity, span, stand_ins[places[index][0]], places[index])
            for index, (entity, span) in enumerate(zip(entities, spans, strict=True))
        ],
        sketch(" ".join(kept), MOST_WORDS),
    )
    out = (Entity(*span, e.label, e.score) for span, e in zip(spans, entities, strict=True))
    return Masked(masked, tuple(out), key)


def _key_name(stand_in: StandIn) -> KeyName:
    group, surrogate = stand_in.group, stand_in.surrogate
    parts, person = group.parts, surrogate if isinstance(surrogate, PersonName) else None
    return KeyName(
        group.label,
        surrogate.base if surrogate else stand_in.placeholder,
        group.normal or "",
        (person.gender if person else group.gender) or "",
        group.number or "",
        group.quoted,
        (parts.first or "", parts.middle or "", parts.last or "") if parts else ("", "", ""),
        (person.first, person.middle, person.last) if person else ("", "", ""),
    )


def _key_mention(
    text: str, masked: str, entity: Entity, span: tuple[int, int], stand_in: StandIn,
    place: tuple[int, int],
) -> KeyMention:  # fmt: skip
    name, n = place
    group, surface = stand_in.group, text[entity.start : entity.end]
    is_whole = surface == group.surfaces[n]  # and no part of a word, which is no form in its case
    return KeyMention(
        *span,
        name,
        surface,
        masked[span[0] : span[1]] if stand_in.surrogate else "",
        (is_whole and group.cases[n]) or "",
        neighbours(masked, *span),
    )
