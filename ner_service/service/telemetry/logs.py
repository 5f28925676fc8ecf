"""Log lines are JSON for programs, or text for people."""

import logging
import sys
import time
from functools import lru_cache
from typing import Any

import orjson

from ner_service.output.terminal import show_json, show_lines

REPLACED = (  # uvicorn's lines about a start, which tell neither what loads nor what is ready
    *("Started server process", "Waiting for application startup", "Application startup complete"),
    "Uvicorn running on",
)


class JsonLines(logging.Formatter):
    """A line is one JSON object: time, level, logger, message, and the record's fields."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": stamp(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= fields_of(record)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return show_json(orjson.dumps(line, default=str).decode())


class Text(logging.Formatter):
    """A line is for people: time, level, message, and the record's fields as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        rest = (f"{name}={value}" for name, value in fields_of(record).items())
        line = f"{stamp(record.created)} {record.levelname}: {super().format(record)}"
        return show_lines(" ".join([line, *rest]))


def stamp(seconds: float) -> str:
    """Returns a moment in UTC, to the millisecond."""
    return f"{_whole_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(1)  # a log has many lines a second, and `datetime` costs three times as much
def _whole_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Returns the `fields` of a record's `extra`, which it says besides its message."""
    return getattr(record, "fields", {})


def is_wanted(record: logging.LogRecord) -> bool:
    """Returns whether no line of ours replaces a record."""
    return not str(record.msg).startswith(REPLACED)


def configure(form: str, level: str) -> None:
    """Sets up all loggers, and drops what no line of ours shows.

    The form `auto` is `text` where stderr is a terminal, else `json`.
    """
    logging.raiseExceptions = False  # a full disk must not be logged on a full disk
    logging._srcfile = None  # looks for no caller, as logging documents
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    is_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(Text() if is_text else JsonLines())
    logging.getLogger("uvicorn.error").addFilter(is_wanted)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
