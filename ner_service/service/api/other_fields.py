"""Other fields of a stream's line than its text and options go back as they were written."""

import json
from difflib import get_close_matches

from ner_service.corpora.forms.analyses import NAMES
from ner_service.corpora.forms.json_text import read_float
from ner_service.errors import Code, Refused
from ner_service.service.api.errors import shorten
from ner_service.service.api.schemas import LineRequest, Options

MOST_FIELDS = 1_000  # of a line; each is compared with the names of options
LEAST_LIKENESS = 0.8  # of a key to an option's name, from which on it is a misspelt one
RESULT = "entities"  # is made anew, whatever the line has
FAULT = "error"  # by which clients know the answer to a line that failed


def other_fields(line: bytes, asked: LineRequest, with_names: bool) -> dict[str, object]:
    """Return the fields of a line that are neither text nor options, in their order.

    Its `names` are left out where the answer has names.
    Raises `Refused` at a key that is nearly an option's name, or of an answer that is an error.
    """
    kept = asked.model_extra
    if not kept:
        return {}
    if len(kept) > MOST_FIELDS:
        message = f"the line has more than {MOST_FIELDS} other fields: send fewer"
        raise Refused(Code.INVALID_REQUEST, message)
    for key in kept:
        _check_key(key)
    record = json.loads(line, parse_float=read_float, parse_constant=_refuse_constant)
    made = (RESULT, NAMES) if with_names else (RESULT,)
    return {key: value for key, value in record.items() if key in kept and key not in made}


def _check_key(key: str) -> None:
    if meant := get_close_matches(key.casefold(), Options.model_fields, 1, LEAST_LIKENESS):
        message = f"is {meant[0]!r} meant? Rename a field that is no option"
    elif key == FAULT:
        message = "marks the answer to a line that failed: rename the field"
    else:
        return
    name = shorten(key)
    raise Refused(Code.INVALID_REQUEST, f"{name}: {message}", [name])


def _refuse_constant(name: str) -> None:
    raise Refused(Code.INVALID_JSON, f"the line is not valid JSON: {name}: send null instead")
