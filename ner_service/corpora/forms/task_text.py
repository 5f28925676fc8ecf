"""The text of a task stands under some key of its data: plain, as HTML, or in paragraphs."""

from collections.abc import Mapping, Sequence
from itertools import accumulate

from ner_service.corpora.check import check_text
from ner_service.corpora.forms.html_text import visible_text
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError


def text_key(
    data: Mapping[str, object], regions: Sequence[object], place: str, reading: Reading
) -> str:
    """Return the key of the data that holds the text."""
    named = reading.options.column_pair()[0]
    if named and named not in data:
        raise CorpusError(f"{place}.data.{named}: is none of its keys; mend --columns")
    if named or isinstance(data.get("text"), str):
        return named or "text"
    names = {str(r["to_name"]) for r in regions if isinstance(r, dict) and "to_name" in r}
    if len(only := names & set(data)) == 1:
        return only.pop()
    holds = [k for k, v in data.items() if k != "id" and (isinstance(v, str) or _is_dialogue(v))]
    if not holds or ("text" in data and "text" not in holds):
        raise CorpusError(f"{place}.data.text: expected a string")
    if len(holds) > 1:
        surfaces = [_surface(r) for r in regions]
        fitting = [k for k in holds if all(s in text_of(data[k], True, place)[0] for s in surfaces)]
        holds = fitting if len(fitting) == 1 and surfaces else holds
    if len(holds) > 1:
        raise CorpusError(
            f"{place}.data: {', '.join(holds)} may hold the text: name one by --columns KEY,label"
        )
    return holds[0]


def _surface(region: object) -> str:
    value = region.get("value") if isinstance(region, dict) else None
    surface = value.get("text") if isinstance(value, dict) else None
    return surface if isinstance(surface, str) else ""


def _is_dialogue(value: object) -> bool:
    """Say whether a value is a list of paragraphs, each with its text."""
    return isinstance(value, list) and any(
        isinstance(part, dict) and "text" in part for part in value
    )


def text_of(value: object, is_html: bool, place: str) -> tuple[str, list[int]]:
    """Return the text of a field, and where its paragraphs start if it has them, in UTF-16."""
    if isinstance(value, list) and _is_dialogue(value):
        parts = [
            check_text(part.get("text") if isinstance(part, dict) else None, f"{place}[{n}].text")
            for n, part in enumerate(value)
        ]
        lengths = (len(part.encode("utf-16-le")) // 2 + 1 for part in parts)
        return "\n".join(parts), list(accumulate(lengths, initial=0))[:-1]
    text = check_text(value, place)
    return (visible_text(text) if is_html else text), []
