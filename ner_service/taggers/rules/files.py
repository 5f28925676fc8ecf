"""Files of rules are looked at here without being read: which there are, and their state."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from ner_service.errors import MissingExtra, ModelError, NerError
from ner_service.files import read_bytes, read_lines, unpacked_name, user_path
from ner_service.taggers.models import state_of_files
from ner_service.taggers.specs import RULE_SETS, split_rules

TOKEN_PATTERN = re.compile(r'"pattern"\s*:\s*\[')  # in a line of JSON


def rule_files(source: str) -> list[Path]:
    """Return the files that the source of `rules` names."""
    rules, _ = split_rules(source)
    return [user_path(name) for name in rules if name not in RULE_SETS]


def check_files(source: str) -> None:
    """Raise `ModelError` where a file that the source of `rules` names is not there."""
    for path in rule_files(source):
        if not path.is_file():
            raise ModelError(f"{path}: no such file of rules: check the name")


def missing_extra(source: str) -> MissingExtra | None:
    """Return the error of a library that some rules need and that is not installed, or `None`."""
    rules, _ = split_rules(source)
    if "identifiers" in rules and find_spec("stdnum") is None:
        return MissingExtra("rules:identifiers (no stdnum)", "pii")
    if find_spec("spacy") is None and any(map(_has_token_patterns, rule_files(source))):
        return MissingExtra("a rule with token patterns (no spacy)", "spacy")
    return None


def _has_token_patterns(path: Path) -> bool:
    if is_toml(path):
        return False
    try:
        return any(TOKEN_PATTERN.search(line) for _, line in read_lines(path))
    except (OSError, NerError):  # another check says that
        return False


def files_state(source: str) -> str:
    """Return what changes whenever a file of rules does, or a list of phrases that it names."""
    files = [each for path in rule_files(source) for each in (path, *lists_of(path))]
    return state_of_files(files) if files else ""


def is_toml(path: Path) -> bool:
    """Return whether a file of rules is TOML, packed or not; others are JSON lines."""
    return unpacked_name(path.name.lower()).endswith(".toml")


def lists_of(path: Path) -> Iterator[Path]:
    """Yield the files of phrases that a file of rules names, if it can be read."""
    if not is_toml(path):
        return
    try:
        table = tomllib.loads(read_bytes(path).decode("utf-8-sig"))
    except (OSError, ValueError, NerError):
        return
    for entries in table.values():
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and isinstance(entry.get("file"), str):
                yield path.parent / user_path(entry["file"])


def digest_files(source: str) -> Sequence[Path]:
    """Return all files whose bytes decide what the rules find."""
    return [each for path in rule_files(source) for each in (path, *lists_of(path))]
