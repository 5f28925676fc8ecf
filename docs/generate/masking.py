"""docs/masking.md has tables of identifiers, and of the types by which Presidio knows labels."""

from ner_service.names.masking.identifiers import IDENTIFIERS, load_rules
from ner_service.service.api.presidio.analysis import TYPES

CONFIRMED = {
    "EMAIL": "its form",
    "PHONE": "a form of Russian or foreign numbers, or a word such as *тел.* before it",
    "CARD": "Luhn's checksum, or *карта* before it",
    "IBAN": "the checksum, and the length of its country",
    "SNILS": "the checksum, or *СНИЛС* before it",
    "OGRN": "the checksum (ОГРН and ОГРНИП), or the word before it",
    "INN": "the checksum (10 or 12 digits), or *ИНН* before it",
    "PASSPORT": "*паспорт* or *серия* before it, or a № between series and number",
}


def identifiers_table() -> str:
    """Returns a row for each identifier: its label, Presidio's name of it, and what confirms it."""
    labels = {rule.label for rule in load_rules()}
    rows = ["| label | in Presidio's form | confirmed by |", "|---|---|---|"]
    rows += [f"| `{x}` | `{TYPES[x]}` | {CONFIRMED[x]} |" for x in IDENTIFIERS if x in labels]
    return "\n".join(rows)
