"""A complaint says in one line which key of a configuration is wrong, and how to mend it."""

import re
from collections.abc import Mapping
from difflib import get_close_matches

from pydantic import ValidationError

from ner_service.errors import STRANGE_KEY, first_fault, reason_of

EXPECTED = {  # by pydantic's kind of error, where its own message speaks of Python
    "tuple_type": "expected a list, such as {}",
    "too_short": "expected a list of one or more, such as {}",
    "dict_type": "expected {}",
    "model_type": "expected {}",
    "dataclass_type": "expected {}",
    "missing": "Field required: add it",
}
CORPUS = '{ path = "FILE" }'
EXAMPLES = (  # of what a key takes, by patterns of keys
    (r"data\.(train|dev)", f"[{CORPUS}]"),
    (r"data\.(train|dev)\.\d+", f"a table, such as {CORPUS}"),
    (r"data\.train\.\d+\.(labels|relabel)", 'a table, such as { GPE = "LOC" }'),
    (r"data\.train\.\d+\.names", '["O", "B-PER", "I-PER"]'),
    (r"languages", '["ru"]'),
    (r".*", "a section of keys; docs/training.md lists them"),
)


def complain(
    error: ValidationError, written: Mapping[str, str], tables: Mapping[str, str]
) -> tuple[str, str]:
    """Return the key that is wrong first, as the configuration has it, and what to do about it.

    `written` has the user's own names of keys, and `tables` the table of each key that there is.
    """
    fault = first_fault(error.errors())
    key = ".".join(map(str, fault["loc"]))
    if fault["type"] in STRANGE_KEY:
        return key, f"{key}: no such key{_guess(str(fault['loc'][-1]), tables)}"
    example = next(example for pattern, example in EXAMPLES if re.fullmatch(pattern, key))
    expected = EXPECTED.get(fault["type"], "").format(example)
    reason = expected or reason_of(fault["msg"])
    return key, f"{written.get(key, key)}: {reason}"


def _guess(name: str, tables: Mapping[str, str]) -> str:
    """Return a question that names the key which was meant, if one is like it."""
    near = get_close_matches(name, tables, 1)
    if not near:
        return ""
    guess = near[0]
    if guess == name and tables[guess]:  # a key of another table
        guess = f"{tables[guess]}.{guess}"
    return f"; did you mean {guess}?"
