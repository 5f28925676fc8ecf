"""Patterns that clients send are searched for in a process of their own, with limits.

Python's regular expressions can take all time and memory, and nothing ends them from within.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ner_service.errors import Code, Refused

MOST_SECONDS = 2.0
SEARCH = Path(__file__).with_name("search_process.py")


class Pattern(NamedTuple):
    """A pattern is a regular expression with flags of `re`; `field` names it in errors."""

    regex: str
    flags: int
    field: str


def search(texts: Sequence[str], patterns: Sequence[Pattern]) -> list[list[list[tuple[int, int]]]]:
    """Return the spans of each pattern in each text; raises `Refused` for one that cannot be used.

    The texts and patterns go through a pipe, and are in no argument that others could see.
    """
    if not patterns:
        return [[] for _ in texts]
    asked = json.dumps({"texts": texts, "patterns": [(p.regex, p.flags) for p in patterns]})
    answer = _ask(asked.encode())
    if answer is None:
        message = f"the patterns take more than {MOST_SECONDS:g} s, or much memory: simplify them"
        raise Refused(Code.INVALID_REQUEST, f"{patterns[0].field}: {message}", [patterns[0].field])
    if "message" in answer:
        field = patterns[answer["pattern"]].field
        raise Refused(Code.INVALID_REQUEST, f"{field}: {answer['message']}", [field])
    return [[[(a, b) for a, b in spans] for spans in of_text] for of_text in answer["spans"]]


def _ask(body: bytes) -> dict[str, Any] | None:
    """Return what the process answers, or `None` where it took too much."""
    command = [sys.executable, "-I", "-S", str(SEARCH)]
    try:
        done = subprocess.run(command, input=body, capture_output=True, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return None
    answer: dict[str, Any] | None = json.loads(done.stdout) if done.returncode == 0 else None
    return answer
