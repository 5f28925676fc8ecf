"""docs/settings.md has a table of the service's settings."""

from ner_service.service.settings import Settings, bounds_of, variable


def settings_table() -> str:
    """Returns a row for each setting: its variable, default, range and meaning."""
    rows = ["| variable | default | range | meaning |", "|---|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = "none" if field.default == "" else f"`{field.default}`"
        rows.append(f"| `{variable(name)}` | {default} | {bounds_of(name)} | {field.description} |")
    return "\n".join(rows)
