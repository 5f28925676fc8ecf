"""Log lines are JSON for programs, or text for people."""

import logging
import time
from functools import lru_cache
from typing import Any

import orjson

from ner_service.output.terminal import show_json, show_lines


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
    """A line is for people, with the record's fields as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        rest = (f"{name}={value}" for name, value in fields_of(record).items())
        return show_lines(" ".join([f"{record.levelname}: {super().format(record)}", *rest]))


def stamp(seconds: float) -> str:
    """Returns a moment in UTC, to the millisecond."""
    return f"{_whole_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(1)  # a log has many lines a second, and `datetime` costs three times as much
def _whole_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Returns the `fields` of a record's `extra`, which it says besides its message."""
    return getattr(record, "fields", {})


def configure(form: str, level: str) -> None:
    """Sets up all loggers, and drops what no line of ours shows."""
    logging.raiseExceptions = False  # a full disk must not be logged on a full disk
    logging._srcfile = None  # looks for no caller, as logging documents
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else Text())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
