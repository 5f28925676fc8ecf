"""The README's table of specs, from the registry of taggers."""

from ner_service.taggers.registry import spec_forms


def spec_table() -> str:
    """Return a row for each form of spec that is built in."""
    rows = [f"| `{form}` | {what} |" for form, what in spec_forms().items()]
    return "\n".join(["| spec | |", "|---|---|", *rows])
