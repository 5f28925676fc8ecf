"""The report is in two languages, of which its reader chooses one."""

import tomllib
from importlib.resources import files

from markupsafe import Markup

RUSSIAN: dict[str, str] = tomllib.loads(
    files(__package__).joinpath("russian.toml").read_text("utf-8")
)


def say(english: str, **values: object) -> Markup:
    """Return a text in both languages, with the same values; the page shows one of the two.

    The English text is the key of the Russian one in `russian.toml`. A part that somebody adds may
    have a title without one, which is English in both.
    """
    return _span("en", english, values) + _span("ru", RUSSIAN.get(english, english), values)


def _span(language: str, text: str, values: dict[str, object]) -> Markup:
    """Return a text with escaped values, marked with its language."""
    return Markup('<span class="{0}" lang="{0}">{1}</span>').format(
        language, Markup(text).format(**values)
    )
