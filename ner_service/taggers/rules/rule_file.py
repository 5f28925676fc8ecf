"""A file of rules is TOML, or JSON lines as spaCy's EntityRuler writes its patterns."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from ner_service.errors import CorpusError, ModelError, first_fault, reason_of
from ner_service.files import read_bytes, read_lines, user_path
from ner_service.taggers.rules.files import is_toml
from ner_service.taggers.rules.gazetteer import MOST_CHARS, faults_of

MOST_RULES = 1_000  # tables of a file, each of which searches every text anew
TokenPattern = Sequence[Mapping[str, object]]
Text = Annotated[str, Field(min_length=1, max_length=MOST_CHARS)]


def check_phrase(text: str) -> str:
    """Return a phrase with single spaces; raises `ValueError` where it cannot be looked for."""
    phrase = " ".join(text.split())
    for _, fault in faults_of([phrase]):
        raise ValueError(fault)
    return phrase


Phrase = Annotated[Text, AfterValidator(check_phrase)]


class Rule(BaseModel):
    """A table of a file, in which no key is unknown."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Phrases(Rule):
    """Phrases of a label, in the file or in a list beside it, a phrase a line.

    `forms` says whether every case form is found, or the phrase as it is written alone. Where
    there is a `context`, one of its words must stand near, in any case form.
    """

    label: Text
    phrases: list[Phrase] = []
    file: Text | None = None
    forms: Literal["cases", "exact"] = "cases"
    context: list[Phrase] = []


class Pattern(Rule):
    """A pattern is a regular expression of Python; what it matches has the label."""

    label: Text
    regex: Text
    context: list[Phrase] = []


class Allow(Rule):
    """Entities that are exactly such a phrase are dropped: all, or those of some labels."""

    phrases: list[Phrase] = []
    file: Text | None = None
    labels: list[Text] = []


class TomlFile(Rule):
    """A TOML file has tables of three kinds, any number of each."""

    phrases: list[Phrases] = Field([], max_length=MOST_RULES)
    patterns: list[Pattern] = Field([], max_length=MOST_RULES)
    allow: list[Allow] = Field([], max_length=MOST_RULES)


TABLES: Mapping[str, type[Rule]] = {"phrases": Phrases, "patterns": Pattern, "allow": Allow}


@dataclass(frozen=True, slots=True)
class TokenRule:
    """A token rule is a pattern of spaCy's with its label; `place` is file and line."""

    label: str
    pattern: TokenPattern
    place: str


@dataclass
class RuleFile:
    """The rules of a file; lists of phrases are read, and patterns compiled."""

    phrases: list[tuple[Phrases, list[str]]] = field(default_factory=list)
    patterns: list[tuple[Pattern, re.Pattern[str]]] = field(default_factory=list)
    allow: list[tuple[Allow, list[str]]] = field(default_factory=list)
    tokens: list[TokenRule] = field(default_factory=list)

    @property
    def labels(self) -> list[str]:
        """Return the labels of all rules, in their order."""
        own = [rule.label for rule, _ in self.phrases] + [rule.label for rule, _ in self.patterns]
        return [*dict.fromkeys([*own, *(rule.label for rule in self.tokens)])]


def read_rules(path: Path) -> RuleFile:
    """Read a file of rules; raises `ModelError` naming file, entry and field."""
    if not path.exists():
        raise ModelError(f"{path}: no such file of rules: check the name")
    try:
        return _read_toml(path) if is_toml(path) else _read_json_lines(path)
    except CorpusError as error:
        raise ModelError(str(error)) from None


def _read_toml(path: Path) -> RuleFile:
    try:
        tables = TomlFile.model_validate(tomllib.loads(read_bytes(path).decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        raise ModelError(f"{path}: is not UTF-8 at byte {error.start}: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path}: is no TOML: {error}; see docs/combining.md") from None
    except ValidationError as error:
        raise ModelError(f"{path}: {_fault_of(error)}") from None
    rules = RuleFile()
    for n, rule in enumerate(tables.phrases):
        place = f"{path}: phrases[{n}]"
        rules.phrases.append((rule, _phrases_of(rule, path, place)))
    for n, pattern in enumerate(tables.patterns):
        place = f"{path}: patterns[{n}].regex"
        rules.patterns.append((pattern, compile_pattern(pattern.regex, place)))
    for n, allow in enumerate(tables.allow):
        rules.allow.append((allow, _phrases_of(allow, path, f"{path}: allow[{n}]")))
    if not (rules.phrases or rules.patterns or rules.allow):
        raise ModelError(f"{path}: has no rule: add [[phrases]], [[patterns]] or [[allow]]")
    return rules


def compile_pattern(regex: str, place: str) -> re.Pattern[str]:
    """Compile a regular expression; raises `ModelError` where it is none, or finds nothing."""
    try:
        pattern = re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        raise ModelError(f"{place}: is no regular expression: {error}") from None
    if pattern.fullmatch(""):
        raise ModelError(f"{place}: matches the empty text: make it match a character at least")
    return pattern


def _phrases_of(rule: Phrases | Allow, path: Path, place: str) -> list[str]:
    """Return the phrases of a rule and of its list, without white space around."""
    phrases = [*rule.phrases]
    if rule.file is not None:
        phrases += _lines_of(path.parent / user_path(rule.file), f"{place}.file")
    if not phrases:
        raise ModelError(f"{place}: has no phrase: write phrases = [...] or file = ...")
    return phrases


def _lines_of(path: Path, place: str) -> list[str]:
    """Return the phrases of a list, a line each; empty lines are passed over."""
    try:
        lines = [line for _, text in read_lines(path) if (line := text.strip())]
    except (OSError, CorpusError) as error:
        reason = getattr(error, "strerror", None)
        raise ModelError(f"{place}: {f'{path}: {reason}' if reason else error}") from None
    for n, fault in faults_of(lines):
        number = [at for at, text in read_lines(path) if text.strip()][n]
        raise ModelError(f"{path}:{number}: {fault}")
    return lines


def _read_json_lines(path: Path) -> RuleFile:
    """Read patterns as spaCy's EntityRuler writes them: a phrase or a token pattern a line."""
    rules = RuleFile()
    phrases: dict[tuple[str, str], list[str]] = {}
    for n, line in read_lines(path):
        if not line.strip():
            continue
        label, pattern, forms = _parse_line(line, f"{path}:{n}")
        if isinstance(pattern, str):
            phrases.setdefault((label, forms), []).append(pattern)
        else:
            rules.tokens.append(TokenRule(label, pattern, f"{path}:{n}"))
    for (label, forms), listed in phrases.items():
        rule = Phrases.model_validate({"label": label, "forms": forms})
        rules.phrases.append((rule, listed))
    if not (rules.phrases or rules.tokens):
        raise ModelError(f'{path}: has no rule: write {{"label": ..., "pattern": ...}} on a line')
    return rules


def _parse_line(line: str, place: str) -> tuple[str, str | TokenPattern, str]:
    """Parse a line into its label, its pattern and its forms; raises `ModelError`."""
    try:
        value: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ModelError(f"{place}: is no JSON: {error}") from None
    if not isinstance(value, dict) or not {"label", "pattern"} <= value.keys():
        raise ModelError(f'{place}: expected {{"label": ..., "pattern": ...}}')
    label, pattern, forms = value["label"], value["pattern"], value.get("forms", "cases")
    if not isinstance(label, str) or not label:
        raise ModelError(f"{place}: label: expected a string that is not empty")
    if forms not in ("cases", "exact"):
        raise ModelError(f'{place}: forms: expected "cases" or "exact"')
    if isinstance(pattern, str):
        try:
            return label, check_phrase(pattern), forms
        except ValueError as fault:
            raise ModelError(f"{place}: pattern: {fault}") from None
    if isinstance(pattern, list) and pattern and all(isinstance(x, dict) for x in pattern):
        return label, pattern, forms
    raise ModelError(f"{place}: pattern: expected a phrase, or a list of token attributes")


def _fault_of(error: ValidationError) -> str:
    """Return the fault to mend first in one line: its place, and what to do there."""
    fault = first_fault(error.errors(include_url=False))
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in fault["loc"])
    return f"{''.join(parts).lstrip('.')}: {_mend_of(fault)}"


def _mend_of(fault: ErrorDetails) -> str:
    """Return what is wrong with a key or its value; pydantic's own words speak of Python."""
    keys = fault["loc"]
    table = TABLES[str(keys[0])] if len(keys) > 1 else TomlFile
    match fault["type"]:
        case "extra_forbidden":
            near = get_close_matches(str(keys[-1]), table.model_fields, 1)
            known = ", ".join(table.model_fields)
            return f"no such key; {f'did you mean {near[0]}?' if near else f'there are {known}'}"
        case "missing":
            return "is missing: add it"
        case "list_type" if table is TomlFile:
            return f"expected tables: write [[{keys[0]}]] above each"
        case "list_type":
            return f'expected a list, such as {keys[-1]} = ["..."]'
        case "model_type":
            return f"expected a table: write [[{keys[0]}]] above its keys"
    return reason_of(fault["msg"])


def labels_of(files: Sequence[RuleFile]) -> Iterator[str]:
    """Yield the labels of several files."""
    for rules in files:
        yield from rules.labels
