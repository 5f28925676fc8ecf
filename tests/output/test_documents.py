"""Tagged documents in the formats that are not those of corpora alone."""

import json

from ner_service.output.documents import FORMATS
from ner_service.types import Document, Entity

NEWS = Document("news", "😀 Анна\nв Туле", (Entity(2, 6, "PER", 0.5), Entity(9, 13, "LOC")))


def text_in(format: str, *documents: Document) -> str:
    return "".join(FORMATS[format](documents))


def test_spacy_takes_a_pair_a_line_with_offsets_in_code_points() -> None:
    lines = text_in("spacy", NEWS, Document("empty", "")).splitlines()
    assert [json.loads(line) for line in lines] == [
        [NEWS.text, {"entities": [[2, 6, "PER"], [9, 13, "LOC"]]}],
        ["", {"entities": []}],
    ]


def test_label_studio_counts_utf16_units_and_gets_an_id_where_there_is_one() -> None:
    named, nameless = json.loads(text_in("labelstudio", NEWS, Document("", NEWS.text)))
    values = [region["value"] for region in named["predictions"][0]["result"]]
    assert [(v["start"], v["end"], v["text"]) for v in values] == [(3, 7, "Анна"), (10, 14, "Туле")]
    assert named["data"] == {"text": NEWS.text, "id": "news"}
    assert nameless == {"data": {"text": NEWS.text}, "predictions": [{"result": []}]}


def test_a_table_has_an_entity_a_line_under_the_name() -> None:
    assert text_in("table", NEWS).splitlines() == [
        "news: 2 entities",
        "       2       6  PER     0.500  Анна",
        "       9      13  LOC            Туле",
    ]
