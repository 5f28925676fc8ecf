"""Markup in brackets: links of wikis, Markdown and VK, BBCode, commands of LaTeX, notes.

To a net `[Обама](https://ru.wikipedia.org)` is a title in quotes and an address, and `{Обама}` is
a word that it never saw. Characters are replaced one by one, so every offset stays.
"""

import re

from ner_service.text.html_markup import HELD

SHOWN = r"[^\[\]|\n]{1,200}"  # the text of a link
WIKI_LINK = re.compile(
    rf"(?P<before>\[\[(?:[^\[\]|\n]{{0,200}}\|)?|\[(?:id|club|public|app|event)\d{{1,12}}\|)"
    rf"(?P<shown>{SHOWN})(?P<behind>\]\]?)"
)
LINK = re.compile(
    rf"(?P<before>!?\[)(?P<shown>{SHOWN})"
    r"(?P<behind>\]\((?=[^()\s]{0,500}[/:#.])[^()\s]{1,500}(?:[ ]\"[^\"\n]{0,100}\")?\)"
    r"|\]\[\d{0,3}\])"
)
BBCODE = re.compile(
    r"\[/?(?:b|i|u|s|url|img|quote|code|color|size|font|center|spoiler|list|email|user)"
    r"(?:=[^\[\]\n]{1,300})?\]",
    re.IGNORECASE,
)
NOTED = (  # what stands in the brackets of a note
    r"(?:\^?\d{1,3}(?:[,–—-] ?\d{1,3}){0,9}|\^\w{1,20}|(?:[а-дa-eКA]|прим|комм?)\.? ?\d{0,3}"
    r"|(?:источник|кто|где|когда)[^\[\]\n]{0,40})\]"
)
NOTE = re.compile(  # behind a word, perhaps with a mark between; begins with a set, to be fast
    r"[\[{.»”\"')](?<=[^\W\d_].)"
    rf"(?:(?<=\[){NOTED}(?:\[{NOTED})*|(?<=\{{)\d{{1,3}}\}}|(?<![\[{{])(?:(?:\[{NOTED})+|\{{\d{{1,3}}\}}))"
)
COMMAND = re.compile(r"\\[a-zA-Z]{2,20}\*?(?=\{)")
LINE_FEED = re.compile(r"(?:\\r)?\\n(?![a-z])|\\(?=[\"\-.*_()#+!>~`|])")  # of JSON, and Markdown
WITHIN_WORD = re.compile(r"\[(?<=[^\W\d_]\[)(?P<letters>[а-яё]{1,30})\](?![^\W\d_])")
ANY_BRACKET = re.compile(r"[\[\]{}\\]")
NAMED = re.compile(r"\[(?=[А-ЯЁA-Z])([^\[\]\n]{1,60})\](?<![:;=-]\])")
OTHER_BRACKET = re.compile(r"[\[{}]|\](?<![:;=-]\])")  # `:]` is a smiley
ROUND = {"[": "(", "]": ")", "{": " ", "}": " "}


def replace_links(text: str) -> str:
    """Return a text with blanks for notes, and for the marks and the addresses of links."""
    text = NOTE.sub(_blank_note, text)
    if "[[" in text or "|" in text:
        text = WIKI_LINK.sub(_show, text)
    return LINK.sub(_show, text)


def replace_bars(text: str) -> str:
    """Return a text without the bars of links, which part no cells of a table."""
    return WIKI_LINK.sub(lambda link: link[0].replace("|", "/"), text) if "|" in text else text


def replace_brackets(text: str) -> str:
    """Return a text without BBCode and LaTeX, with round brackets for the other ones."""
    if "\\" in text:
        text = LINE_FEED.sub(_break, COMMAND.sub(_blank, text))
    if "[" in text:
        text = WITHIN_WORD.sub(rf"{HELD}\g<letters>{HELD}", BBCODE.sub(_blank, text))
        text = NAMED.sub(r" \1 ", text)
    return OTHER_BRACKET.sub(lambda bracket: ROUND[bracket[0]], text)


def _show(link: re.Match[str]) -> str:
    behind = link["behind"]
    is_glued = behind == "]]" and link.string[link.end() : link.end() + 1].isalpha()
    filler = HELD if is_glued else " "  # `[[Москва|Москв]]ой`
    return " " * len(link["before"]) + link["shown"] + filler * len(behind)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _blank_note(note: re.Match[str]) -> str:
    first = note[0][0]
    kept = first if first in ".»”\"')" else ""
    return kept + " " * (len(note[0]) - len(kept))


def _break(match: re.Match[str]) -> str:
    return " " if len(match[0]) == 1 else "\n".rjust(len(match[0]))
