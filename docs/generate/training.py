"""The tables of keys in docs/training.md, made from the configuration's own types."""

import json
from collections.abc import Iterator
from typing import Any

from ner_service.training.config import OLD_KEYS, TrainConfig

SCHEMA = TrainConfig.model_json_schema()


def keys() -> str:
    """Return a Markdown table of every key with its default and meaning."""
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *_rows(SCHEMA, "")])


def old_keys() -> str:
    """Return a Markdown table of the keys that were in `[train]`, and what they are now."""
    rows = (f"| `train.{old}` | `{new}` |" for old, new in sorted(OLD_KEYS.items()))
    return "\n".join(["| key of version 0.1 | key now |", "|---|---|", *rows])


def _rows(schema: dict[str, Any], prefix: str) -> Iterator[str]:
    for name, field in schema["properties"].items():
        if section := _section(field):
            yield from _rows(section, f"{prefix}{name}.")
        else:
            yield f"| `{prefix}{name}` | {_default(field)} | {field['description']} |"
            if f"{prefix}{name}" == "data.dev":
                yield from _rows(SCHEMA["$defs"]["Source"], "data.train[].")


def _section(field: dict[str, Any]) -> dict[str, Any] | None:
    name = field.get("$ref", "").rpartition("/")[2]
    section: dict[str, Any] | None = SCHEMA["$defs"].get(name)
    return section


def _default(field: dict[str, Any]) -> str:
    if "default" not in field:
        return "required"
    return f"`{json.dumps(field['default'])}`" if field["default"] != "" else "none"
