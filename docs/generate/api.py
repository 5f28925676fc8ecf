"""docs/api.md has a table of the service's errors."""

from ner_service.errors import Code


def errors_table() -> str:
    """Returns a row for each code: its HTTP status, its name, and what it means."""
    rows = ["| status | code | what is wrong, and what to do |", "|---|---|---|"]
    rows += [
        f"| {code.status} | `{code}` | {code.meaning} |"
        for code in sorted(Code, key=lambda code: code.status)
    ]
    return "\n".join(rows)
