"""HTML within a text: references and tags, replaced by as many characters."""

import re
from html import unescape

REFERENCE = re.compile(  # some are escaped twice
    r"&(?:amp;(?=#?[a-zA-Z0-9]{2,31};))?([a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});"
)
NO_WIDTH = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
INLINE = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|img|ins|kbd|mark|nobr|noindex|q|s|"
    "samp|small|span|strike|strong|sub|sup|time|tt|u|var"
)
BLOCK = (
    "address|article|aside|blockquote|body|br|button|caption|center|dd|div|dl|dt|figcaption|figure|"
    "footer|form|h[1-6]|head|header|hr|html|label|li|main|meta|nav|ol|option|p|pre|script|section|"
    "style|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
INLINE_TAG, BLOCK_TAG = (
    re.compile(rf"</?(?:{names})(?:\s[^<>]{{0,500}})?/?>", re.IGNORECASE)
    for names in (INLINE, BLOCK)
)
SOFT_BREAK = re.compile(r"<(?<=\w<)wbr ?/?>(?=\w)", re.IGNORECASE)
NOTE = re.compile(  # raised behind a word
    r"<sup(?:\s[^<>]{0,500})?>(?:<a\s[^<>]{0,500}>)?[\[(]?[\d*]{1,3}[\])]?(?:</a>)?</sup>",
    re.IGNORECASE,
)
TAG = r"(?:[a-z][a-z0-9]{0,20}:)?[a-z][a-z0-9_.-]{0,30}"  # of any XML
FIELD_TAG = re.compile(rf"</{TAG}>\s{{0,100}}<{TAG}(?:\s[^<>@]{{0,500}})?>", re.IGNORECASE)
OTHER_TAG = re.compile(
    rf"</{TAG}>|<{TAG}(?:\s[^<>@]{{0,500}})?/>|<{TAG}(?:\s[^<>@]{{0,500}})?>(?=[^<>]{{0,500}}</)",
    re.IGNORECASE,
)
WITHIN_LINE = re.compile(r"[^\n\r]")
FILLER = "\u2060"  # a hidden character, which joins what stands on both sides of it
HELD = "\u2064"  # stands for a character of markup that belongs to a word


def blank(match: re.Match[str]) -> str:
    """Return blanks in place of what is matched; its line breaks stay."""
    return WITHIN_LINE.sub(" ", match[0])


def replace_references(text: str) -> str:
    """Return a text with the characters that its references name, such as `&quot;`."""
    return REFERENCE.sub(_unescape, text)


def replace_tags(text: str) -> str:
    """Return a text with blanks for tags within a line, and empty lines for those of blocks."""
    text = SOFT_BREAK.sub(lambda tag: HELD * len(tag[0]), NOTE.sub(blank, text))
    text = BLOCK_TAG.sub(_end_line, INLINE_TAG.sub(blank, text))
    return OTHER_TAG.sub(blank, FIELD_TAG.sub(_end_line, text)) if "</" in text else text


def _end_line(tag: re.Match[str]) -> str:
    return "\n\n".ljust(len(tag[0]))


def _unescape(match: re.Match[str]) -> str:
    """Return the character that a reference names, beside as many as are missing."""
    char, size = unescape(f"&{match[1]};"), len(match[0])
    if len(char) != 1:
        return match[0]
    if char.isspace():
        return " " * size
    if char.isalnum():
        return char + HELD * (size - 1)
    if char in NO_WIDTH:
        return HELD * size
    after = match.string[match.end() : match.end() + 1]
    return char.rjust(size) if after.isalnum() else char.ljust(size)
