"""A spec of a combination has other specs inside; this module has its grammar.

    combination = [LEAST "/"] member ("+" member)*      source of union, vote and intersection
    member      = spec ["*" WEIGHT]
    spec        = NAME [":" SOURCE] | "(" spec ")"
    rules       = FILE ("+" FILE)* ["+" spec]           source of rules

`+` and `*` inside parentheses belong to what is inside, so a combination can be a member, and so
can a path with such a character: `vote:(union:natasha+spacy)+bilstm*2`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from ner_service.errors import UnknownTagger
from ner_service.files import unpacked_name

MOST_MEMBERS = 16  # each costs its memory and its time
LEAST = re.compile(r"(\d+(?:\.\d+)?)/(.*)", re.DOTALL)
RULE_ENDINGS = (".toml", ".jsonl")
RULE_SETS = ("dates", "money", "identifiers")  # that are built in; `rules.sets` has them


@dataclass(frozen=True)
class Member:
    """A member of a combination is a tagger's spec, with the weight of its vote."""

    spec: str
    weight: float = 1.0


@dataclass(frozen=True)
class Combination:
    """A combination has members; `least` is the weight that a span needs, if the spec says one."""

    members: tuple[Member, ...]
    least: float | None = None


def parse_combination(source: str) -> Combination:
    """Parse the source of a combination; raises `UnknownTagger` where it is none."""
    match = LEAST.fullmatch(source)
    members = tuple(map(parse_member, split_members(match[2] if match else source)))
    if not 2 <= len(members) <= MOST_MEMBERS:
        raise UnknownTagger(
            f"{source!r} names {len(members)} tagger(s): join 2 to {MOST_MEMBERS} by +, "
            "such as natasha+bilstm"
        )
    specs = [member.spec for member in members]
    if twice := next((spec for spec in specs if specs.count(spec) > 1), None):
        raise UnknownTagger(f"{source!r} names {twice!r} twice: give it a weight, {twice}*2")
    total = sum(member.weight for member in members)
    least = float(match[1]) if match else None
    if least is not None and not 0 < least <= total:
        raise UnknownTagger(
            f"{source!r} asks for a weight of {least:g}: expected more than 0 and at most "
            f"{total:g}, which all members have together"
        )
    return Combination(members, least)


def parse_member(member: str) -> Member:
    """Parse `SPEC` or `SPEC*WEIGHT`; raises `UnknownTagger` where it is neither."""
    depth = 0
    star = -1
    for n, char in enumerate(member):
        depth += (char == "(") - (char == ")")
        star = n if char == "*" and not depth else star
    spec = strip_parentheses(member if star < 0 else member[:star])
    weight = 1.0 if star < 0 else parse_weight(member, member[star + 1 :])
    if not spec:
        raise UnknownTagger(f"{member!r} names no tagger: write one on each side of +")
    return Member(spec, weight)


def parse_weight(member: str, digits: str) -> float:
    """Parse the weight of a member, which is positive."""
    weight = float(digits) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", digits) else 0.0
    if not weight:
        raise UnknownTagger(f"{member}: expected a positive weight after *, such as 2 or 0.5")
    return weight


def split_members(source: str) -> list[str]:
    """Split a source at each `+` outside parentheses."""
    cuts = [-1, *_pluses(source), len(source)]
    return [source[a + 1 : b] for a, b in pairwise(cuts)]


def _pluses(source: str) -> Iterator[int]:
    """Yield the places of `+` outside parentheses; raises `UnknownTagger` where one is open."""
    depth = 0
    for n, char in enumerate(source):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            break
        if char == "+" and not depth:
            yield n
    if depth:
        raise UnknownTagger(f"{source!r} has a parenthesis without its other: close each one")


def strip_parentheses(spec: str) -> str:
    """Return a spec without parentheses that enclose the whole of it."""
    while spec.startswith("(") and spec.endswith(")") and _closes_at(spec) == len(spec) - 1:
        spec = spec[1:-1]
    return spec


def _closes_at(spec: str) -> int:
    """Return the place of the parenthesis that closes the first one."""
    depth = 0
    for n, char in enumerate(spec):
        depth += (char == "(") - (char == ")")
        if not depth:
            return n
    return -1


def split_rules(source: str) -> tuple[list[str], str]:
    """Split the source of `rules` into its files or sets of rules, and the spec behind them.

    The spec, which may be a combination itself, is whatever follows the last file. Raises
    `UnknownTagger` where there are no rules in front of it.
    """
    rules: list[str] = []
    parts = split_members(source)
    for n, part in enumerate(parts):
        name = strip_parentheses(part)
        if not is_rules(name):
            if not rules:
                raise UnknownTagger(
                    f"rules: {name!r} is no file of rules: name one that ends in "
                    f"{' or '.join(RULE_ENDINGS)}, or {', '.join(RULE_SETS)}"
                )
            return rules, strip_parentheses("+".join(parts[n:]))
        if name in rules:
            raise UnknownTagger(f"{source!r} names {name!r} twice: name it once")
        rules.append(name)
    return rules, ""


def is_rules(name: str) -> bool:
    """Return whether a name is that of a rule set or of a file of rules."""
    return name in RULE_SETS or unpacked_name(name.lower()).endswith(RULE_ENDINGS)
