"""HTML text is what a page shows, without its tags, read in one pass whatever stands there.

Python's own parser takes the square of a text's length for tags that never end: two hours for a
million characters of `<a `, and it fails at `<![C`.
"""

import re
from html import unescape

# the HTML standard, 13.2.5; possessive, so that nothing is looked at twice
ATTRIBUTE = r"""
    [^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\s>"'][^\s>]*+)?)?
"""
MARKUP = re.compile(
    rf"""
    <!--(?:-?>|.*?(?:--!?>|\Z))                         # a comment
    |</?(?P<tag>[a-z][^\s/>]*+)(?:[\s/]++|{ATTRIBUTE})*+(?:>|\Z)
    |<(?:[!?]|/(?!\Z))[^>]*+(?:>|\Z)                    # what browsers take for a comment
    """,
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
INVISIBLE_END = {  # of elements whose text a page does not show
    tag: re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE) for tag in ("script", "style")
}
NUMBER = re.compile("&#0*([0-9]{1,8})[0-9]*")  # no character has more digits, and Python a limit


def visible_text(html: str) -> str:
    """Return the text of HTML without its tags, as Label Studio's global offsets count it."""
    parts: list[str] = []
    start = 0
    while markup := MARKUP.search(html, start):
        parts.append(_decode(html[start : markup.start()]))
        start = markup.end()
        end = INVISIBLE_END.get((markup["tag"] or "").lower())
        if end and not markup[0].startswith("</"):
            closing = end.search(html, start)
            start = closing.start() if closing else len(html)
    return "".join([*parts, _decode(html[start:])])


def _decode(text: str) -> str:
    """Return a text whose character references are characters."""
    return unescape(NUMBER.sub(r"&#\1", text))
