"""The README's tables of what installing costs, from the measured file."""

import json
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).parents[2] / "benchmarks" / "installation.json"
PURPOSES = {
    "client": "asks a service from Python: threads or asyncio",
    "tag": "the library and the command line, with natasha and our nets",
    "serve": "`tag` and the HTTP service with its page",
    "spacy": "`tag` and the spaCy pipeline",
    "uvloop": "`serve`, with a faster event loop for many short requests",
    "uvloop,spacy": "what `make serve` installs: all taggers",
    "train": "`tag` and training, with torch",
    "explore": "`tag`, reports on corpora, baselines and comparisons",
    "tune": "`explore` and `train`, and the search for settings",
    "ray": "`tag`, Parquet, and bulk runs on a cluster",
    "mcp": "`tag` for agents, by the Model Context Protocol",
    "huggingface": "`tag` and models of transformers, with torch",
}


def extras_table() -> str:
    """Return a row for each extra that was measured: its size, and what it is for."""
    rows = ["| `pip install 'ner-service[…]'` | MB | what for |", "|---|---:|---|"]
    rows += [
        f"| `{each['extra']}` | {each['mb']:,} | {PURPOSES[each['extra']]} |"
        for each in _read_measured()["extras"]
    ]
    return "\n".join(rows)


def starts_table() -> str:
    """Return the seconds from a clone to the first answer."""
    measured = _read_measured()
    start = measured["start"]
    rows = [
        ("`make setup`: install, and compile once", start["setup_s"]),
        ("`make serve` after it: until the first answer", start["first_answer_s"]),
        ("each later start: until the first answer", start["second_start_s"]),
    ]
    lines = [f"| {what} | {seconds:g} |" for what, seconds in rows]
    return "\n".join([f"| {place_of(measured)} | seconds |", "|---|---:|", *lines])


def place_of(measured: dict[str, Any]) -> str:
    """Return where the seconds were taken, since a busy machine takes a multiple of them."""
    return f"on {measured['cores']} cores with a load of {measured['load']:g}"


def _read_measured() -> dict[str, Any]:
    measured: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return measured
