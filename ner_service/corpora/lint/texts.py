"""Texts are checked for what careless conversions leave: mojibake, carriage returns, nothing."""

import re
from collections.abc import Iterator

from ner_service.corpora.lint.finding import Fault, Finding
from ner_service.corpora.lint.mojibake import find_mojibake
from ner_service.types import Document

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff]")


def text_findings(document: Document) -> Iterator[Finding]:
    """Yield what is wrong with a document's text, whatever its entities are."""
    text, place = document.text, document.place
    if not text.strip():
        yield Finding(Fault.EMPTY, place, "the text is empty")
    if at := text.find("\ufffd") + 1:
        message = f"U+FFFD at {at - 1} stands for what could not be decoded"
        yield Finding(Fault.ENCODING, place, message)
    if mojibake := find_mojibake(text):
        yield Finding(Fault.ENCODING, place, f"at {mojibake[0]} stands {mojibake[1]}")
    if count := text.count("\r"):
        message = f"{count} carriage returns, the first at {text.index(chr(13))}"
        yield Finding(Fault.CARRIAGE_RETURN, place, message)
    if control := CONTROL.search(text):
        message = f"U+{ord(control[0]):04X} at {control.start()} is a control character"
        yield Finding(Fault.CONTROL, place, message)
