"""The text of a task stands under some key of its data: plain, as HTML, or in paragraphs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from ner_service.corpora.check import check_text
from ner_service.corpora.forms.html_text import visible_text
from ner_service.corpora.reading import Reading
from ner_service.errors import CorpusError

SPEAKER_KEYS = ("author", "speaker", "name", "role", "user", "id")  # beside a paragraph's text


@dataclass(frozen=True, slots=True)
class TextKey:
    """A text key names a field of a task's data, and the text of each paragraph if it has those."""

    field: str
    paragraph: str = "text"


def text_key(
    data: Mapping[str, object], regions: Sequence[object], place: str, reading: Reading
) -> TextKey:
    """Return the key of the data that holds the text."""
    surfaces = [_surface(region) for region in regions]
    named, _, inner = (column := reading.options.column_pair()[0]).rpartition(".")
    if inner and named in data and column not in data:
        return TextKey(named, inner)
    if column and column not in data:
        raise CorpusError(f"{place}.data.{column}: is none of its keys; mend --columns")
    field = column or _text_field(data, regions, surfaces, place)
    return TextKey(field, _paragraph_key(data[field], field, surfaces, place))


def _text_field(
    data: Mapping[str, object], regions: Sequence[object], surfaces: Sequence[str], place: str
) -> str:
    """Return the field that is called text, that the regions name, or that fits them."""
    if isinstance(data.get("text"), str):
        return "text"
    names = {str(r["to_name"]) for r in regions if isinstance(r, dict) and "to_name" in r}
    if len(only := names & set(data)) == 1:
        return only.pop()
    holds = [k for k, v in data.items() if k != "id" and (isinstance(v, str) or _has_texts(v))]
    if not holds or ("text" in data and "text" not in holds):  # paragraphs with keys of their own
        holds = [key for key, value in data.items() if _string_keys(value)]
    if not holds or ("text" in data and "text" not in holds):
        raise CorpusError(f"{place}.data.text: expected a string")
    if len(holds) > 1:
        fitting = [k for k in holds if _fits(data[k], surfaces, place)]
        holds = fitting if len(fitting) == 1 and any(surfaces) else holds
    if len(holds) > 1:
        raise CorpusError(
            f"{place}.data: {', '.join(holds)} may hold the text: name one by --columns KEY,label"
        )
    return holds[0]


def _fits(value: object, surfaces: Sequence[str], place: str) -> bool:
    """Say whether a field holds the text of each region."""
    keys = ["text"] if isinstance(value, str) or _has_texts(value) else _string_keys(value)
    texts = [text_of(value, True, place, key)[0] for key in keys]
    return any(all(surface in text for surface in surfaces) for text in texts)


def _surface(region: object) -> str:
    value = region.get("value") if isinstance(region, dict) else None
    surface = value.get("text") if isinstance(value, dict) else None
    return surface if isinstance(surface, str) else ""


def _has_texts(value: object) -> bool:
    """Say whether a value is a list of paragraphs, each with its text."""
    return isinstance(value, list) and any(
        isinstance(part, dict) and "text" in part for part in value
    )


def _string_keys(value: object) -> list[str]:
    """Return the keys under which each of a list of paragraphs has a string."""
    parts = value if isinstance(value, list) else []
    if not parts or not all(isinstance(part, dict) for part in parts):
        return []
    return [key for key in parts[0] if all(isinstance(part.get(key), str) for part in parts)]


def _paragraph_key(value: object, field: str, surfaces: Sequence[str], place: str) -> str:
    """Return the key of a paragraph's text, which a project may call as it likes (`textKey`)."""
    keys = [key for key in _string_keys(value) if key not in SPEAKER_KEYS]
    if _has_texts(value) or not keys:
        return "text"
    if len(keys) > 1:
        joined = {key: text_of(value, False, place, key)[0] for key in keys}
        fitting = [key for key in keys if all(surface in joined[key] for surface in surfaces)]
        keys = fitting if len(fitting) == 1 and any(surfaces) else keys
    if len(keys) > 1:
        raise CorpusError(
            f"{place}.data.{field}: {', '.join(keys)} may be the text of a paragraph: name "
            f"one, such as --columns {field}.{keys[0]},label"
        )
    return keys[0]


def text_of(
    value: object, is_html: bool, place: str, paragraph: str = "text"
) -> tuple[str, list[int]]:
    """Return the text of a field, and where its paragraphs start if it has them, in UTF-16.

    `paragraph` is the key of the text in each paragraph.
    """
    if isinstance(value, list) and any(isinstance(p, dict) and paragraph in p for p in value):
        parts = [
            check_text(
                part.get(paragraph) if isinstance(part, dict) else None, f"{place}[{n}].{paragraph}"
            )
            for n, part in enumerate(value)
        ]
        lengths = (len(part.encode("utf-16-le")) // 2 + 1 for part in parts)
        return "\n".join(parts), list(accumulate(lengths, initial=0))[:-1]
    text = check_text(value, place)
    return (visible_text(text) if is_html else text), []
