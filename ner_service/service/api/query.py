"""A query has the options of a request whose body is a plain text or a stream of lines."""

from typing import Any

from fastapi import Request

from ner_service.errors import Code, Refused
from ner_service.service.api.errors import shorten
from ner_service.service.settings import split_list

MOST_PARAMETERS = 128  # each label may be one
FLAGS = {"true": True, "false": False}


def refuse_options(request: Request) -> None:
    """Raises where options stand in the query though they belong in the body."""
    _check_size(request)
    if request.query_params:
        fields = [shorten(name) for name in request.query_params][:20]
        raise Refused(Code.INVALID_REQUEST, "options of a JSON body belong in it", fields)


def query_options(request: Request) -> dict[str, Any]:
    """Returns the options in the query; `labels` may repeat or be joined by commas."""
    _check_size(request)
    options: dict[str, Any] = dict(request.query_params)
    if "text" in options:
        raise Refused(Code.INVALID_REQUEST, "text: belongs in the body", ["text"])
    if "labels" in options:
        options["labels"] = split_list(",".join(request.query_params.getlist("labels")))
    if "normal" in options:
        options["normal"] = _read_flag(options["normal"], "normal")
    return options


def _read_flag(value: str, name: str) -> bool:
    if value not in FLAGS:
        raise Refused(Code.INVALID_REQUEST, f"{name}: expected true or false", [name])
    return FLAGS[value]


def _check_size(request: Request) -> None:
    if request.scope["query_string"].count(b"&") >= MOST_PARAMETERS:
        message = f"the query has more than {MOST_PARAMETERS} parameters: send fewer"
        raise Refused(Code.INVALID_REQUEST, message)
