"""The table of configuration keys in docs/training.md; run as a module, it writes the table."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import PydanticUndefined

from ner_service.training.config import Data, NetSection, Optimisation, Section, Source, TrainConfig

BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"
SECTIONS: tuple[tuple[str, type[Section]], ...] = (
    ("", TrainConfig),
    ("data.", Data),
    ("data.train[].", Source),
    ("net.", NetSection),
    ("train.", Optimisation),
)
TABLES = ("data", "net", "train")


def table() -> str:
    """Every key with its default and meaning, as Markdown."""
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for prefix, section in SECTIONS:
        for name, field in section.model_fields.items():
            if prefix or name not in TABLES:
                yield f"| `{prefix}{name}` | {_default(field.default)} | {field.description} |"


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "required"
    if value == "":
        return "none"
    return f"`{json.dumps(value)}`"


def renewed(page: str) -> str:
    """The page with its table made anew."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
