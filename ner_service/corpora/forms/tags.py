"""Tags mark the entities of tokens as IOB1, IOB2 or BIOES (also BILOU); the tags show which."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ner_service.corpora.reading import Reading
from ner_service.corpora.report import Kind
from ner_service.errors import CorpusError
from ner_service.labels import OUTSIDE, Scheme, may_follow
from ner_service.labels import entities as entities_of
from ner_service.text.tokens import Token
from ner_service.types import Entity

OTHER_NAMES = {"L": "E", "U": "S", "W": "S", "M": "I"}  # of the same prefixes, in BILOU and BMEWO
TAG = re.compile(r"(?P<prefix>[BIESLUWM])-(?P<label>.+)", re.DOTALL)
SEVERAL = re.compile(r"[|;,]")  # what may stand between two tags of nested entities
LOOK_ALIKES = str.maketrans("ОоВЕМ0", "OOBEMO")  # Cyrillic letters and a zero for Latin letters
NEARLY = re.compile(r"(?P<prefix>[BIESLUWM])[-_ ](?P<label>.+)|(?P<name>.+)[-_](?P<at>[BIESLUWM])")


@dataclass(frozen=True, slots=True)
class Row:
    """A row is a token with its tag; `place` is what errors about it begin with."""

    place: str
    text: str
    tag: str


Sentence = list[Row]


def parse_tag(tag: str) -> str | None:
    """Return a tag with BIOES' prefixes, or nothing where it is no tag."""
    if tag == OUTSIDE:
        return OUTSIDE
    match = TAG.fullmatch(tag)
    parts = SEVERAL.split(tag)
    if not match or (len(parts) > 1 and all(map(TAG.fullmatch, parts))):
        return None
    return f"{OTHER_NAMES.get(match['prefix'], match['prefix'])}-{match['label']}"


def describe_wrong_tag(tag: str) -> str:
    """Return what is wrong with a tag that is none, and which may be meant."""
    parts = SEVERAL.split(tag)
    if len(parts) > 1 and all(map(TAG.fullmatch, parts)):
        return f"{tag!r} is several tags: keep one"
    plain = tag.translate(LOOK_ALIKES)
    near = NEARLY.fullmatch(plain[:1].upper() + plain[1:]) or NEARLY.fullmatch(plain)
    meant = OUTSIDE if plain.upper() == OUTSIDE else ""
    if near and not meant:
        label = tag[slice(*near.span("label" if near["label"] else "name"))]
        meant = f"{near['prefix'] or near['at']}-{label.upper() if tag.islower() else label}"
    hint = f"; is {meant} meant?" if meant and meant != tag else ""
    return f"{tag!r} is not a tag: expected O, B-..., I-...{hint}"


def scheme_of(sentences: Iterable[Sentence], lenient: bool) -> Scheme | None:
    """Return the scheme of a file; `None` is IOB1, where `B-` only divides neighbours of one label.

    Raises `CorpusError` where tags fit neither IOB1 nor IOB2, unless the reading is lenient.
    """
    sentences = list(sentences)
    if any(row.tag[0] in "ES" for sentence in sentences for row in sentence):
        return "BIOES"
    loose = strict = ""  # the first places where I- begins an entity, and where B- does
    for sentence in sentences:
        previous = OUTSIDE
        for row in sentence:
            begins = row.tag != OUTSIDE and row.tag[2:] != previous[2:]
            if begins and row.tag[0] == "I":
                loose = loose or row.place
            if begins and row.tag[0] == "B":
                strict = strict or row.place
            previous = row.tag
    if loose and strict and not lenient:
        raise CorpusError(
            f"{loose}: an I- tag that continues nothing, though {_line(strict)} begins an "
            "entity with B-: neither IOB1 nor IOB2; mend the tag, or let it begin an entity by "
            "--lenient (lenient = true in a training file)"
        )
    return None if loose and not strict else "BIO"


def _line(place: str) -> str:
    line = place.rpartition(":")[2]
    return f"line {line}" if line.isdecimal() else place


def legal_tags(sentence: Sentence, scheme: Scheme | None, reading: Reading) -> list[str]:
    """Return the tags of a sentence; raises `CorpusError` at an impossible one, unless lenient."""
    if scheme is None:
        return _from_iob1([row.tag for row in sentence])
    previous = OUTSIDE
    for row in [*sentence, Row(sentence[-1].place, "", OUTSIDE)]:
        if not may_follow(previous, row.tag, scheme):
            is_end = not row.text and row.tag == OUTSIDE
            ends = "the end of the sentence" if is_end else row.tag
            if not reading.options.lenient:
                raise CorpusError(
                    f"{row.place}: {ends} cannot follow {previous} in {scheme}; mend the tag, or "
                    "read it all the same by --lenient (lenient = true in a training file)"
                )
            reading.report.remark(Kind.REPAIRED_TAG, row.place, f"{ends} follows {previous}")
        previous = row.tag
    return [row.tag for row in sentence]


def _from_iob1(tags: Sequence[str]) -> list[str]:
    pairs = zip([OUTSIDE, *tags], tags, strict=False)
    return [
        f"B{tag[1:]}" if tag != OUTSIDE and tag[2:] != before[2:] else tag for before, tag in pairs
    ]


def find_tokens(text: str, rows: Iterable[Row], name: str) -> Iterator[Token]:
    """Yield the tokens of rows where they stand in a text, one behind the other.

    Raises `CorpusError` where one does not; `name` is the key of the text.
    """
    at = 0
    for row in rows:
        start = text.find(row.text, at)
        if start < 0:
            raise CorpusError(
                f"{row.place}: {row.text!r} is not in the rest of {name}; mend it, or drop {name}"
            )
        at = start + len(row.text)
        yield Token(start, at, row.text)


def text_and_entities(
    sentences: Sequence[Sentence], scheme: Scheme | None, reading: Reading
) -> tuple[str, list[Entity]]:
    """Return the tokens joined by blanks, sentences by line feeds, and the tagged entities."""
    tokens: list[Token] = []
    tags: list[str] = []
    texts: list[str] = []
    at = 0
    for sentence in sentences:
        for row in sentence:
            tokens.append(Token(at, at + len(row.text), row.text))
            at += len(row.text) + 1
        texts.append(" ".join(row.text for row in sentence))
        tags += legal_tags(sentence, scheme, reading)
    return "\n".join(texts), entities_of(tokens, tags)
