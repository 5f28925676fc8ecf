"""HTML within a text: references and tags, replaced by as many characters."""

import re
from html import unescape

REFERENCE = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
INLINE = "a|abbr|b|big|cite|code|del|em|font|i|img|ins|mark|q|s|small|span|strike|strong|sub|sup|u"
BLOCK = (
    "address|article|aside|blockquote|body|br|button|caption|center|dd|div|dl|dt|figcaption|figure|"
    "footer|form|h[1-6]|head|header|hr|html|label|li|main|meta|nav|ol|option|p|pre|script|section|"
    "style|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
INLINE_TAG, BLOCK_TAG = (
    re.compile(rf"</?(?:{names})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
    for names in (INLINE, BLOCK)
)
WITHIN_LINE = re.compile(r"[^\n\r]")
FILLER = "\u2060"  # a hidden character, which joins what stands on both sides of it


def blank(match: re.Match[str]) -> str:
    """Return blanks in place of what is matched; its line breaks stay."""
    return WITHIN_LINE.sub(" ", match[0])


def replace_references(text: str) -> str:
    """Return a text with the characters that its references name, such as `&quot;`."""
    return REFERENCE.sub(_unescape, text)


def replace_tags(text: str) -> str:
    """Return a text with blanks for tags within a line, and empty lines for those of blocks."""
    return BLOCK_TAG.sub(lambda tag: "\n\n".ljust(len(tag[0])), INLINE_TAG.sub(blank, text))


def _unescape(match: re.Match[str]) -> str:
    """Return the character that a reference names, beside as many as are missing."""
    char, size = unescape(match[0]), len(match[0])
    if len(char) != 1:
        return match[0]
    if char.isspace():
        return " " * size
    if char.isalnum():
        return char + FILLER * (size - 1)
    after = match.string[match.end() : match.end() + 1]
    return char.rjust(size) if after.isalnum() else char.ljust(size)
