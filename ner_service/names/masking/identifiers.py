"""Identifiers and contacts are numbers and addresses of persons, found by form and checksum."""

import re

IDENTIFIERS = ("EMAIL", "PHONE", "CARD", "IBAN", "INN", "SNILS", "OGRN", "PASSPORT")


def bare_value(surface: str) -> str:
    """Return an identifier as it is compared: its letters and digits, in lower case."""
    return re.sub(r"[\W_]+", "", surface).lower() or surface
