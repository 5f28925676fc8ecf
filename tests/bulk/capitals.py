"""A tagger of five lines, and a corpus of every format, for tests of bulk runs."""

import csv
import gzip
import json
import re
from collections.abc import Sequence
from pathlib import Path

from ner_service.bulk.annotator import Annotator
from ner_service.bulk.job import Job
from ner_service.types import Entity, TaggerInfo

TEXTS = [
    "Анна уехала в Омск.",
    "",
    'Она сказала: "Пётр,\nтут"; и ушла',
    "😀 Мария живёт\tв Перми",
    "без имён",
]


class Capitals:
    """The tagger finds every capitalised word; one of three letters or fewer is an ORG."""

    info = TaggerInfo("capitals", "1", ("ru",), ("PER", "ORG"), "none")

    def tag(self, texts: Sequence[str]) -> list[list[Entity]]:
        return [
            [
                Entity(m.start(), m.end(), "PER" if len(m[0]) > 3 else "ORG", 0.5)
                for m in re.finditer("[А-ЯЁ][а-яё]*", text)
            ]
            for text in texts
        ]


def annotator(**asked: object) -> Annotator:
    """Return an annotator with this tagger in natasha's place; `asked` are fields of its job."""
    return Annotator(Job("natasha", **asked), Capitals())  # type: ignore[arg-type]


def write_corpus(folder: Path, copies: int = 3) -> None:
    """Write files of every format, some of them packed, into a folder."""
    pyarrow = __import__("pyarrow")
    parquet = __import__("pyarrow.parquet").parquet
    texts = TEXTS * copies
    (folder / "sub").mkdir(parents=True)
    records = [{"n": n, "text": text, "meta": {"a": [1.50, None]}} for n, text in enumerate(texts)]
    lines = [json.dumps(each, ensure_ascii=False).replace("1.5", "1.50") for each in records]
    (folder / "a.jsonl").write_text("\n\n".join(lines))  # blank lines between, no end of line
    with gzip.open(folder / "sub" / "b.ndjson.gz", "wt", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))
    with (folder / "c.csv").open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["zip", "text", "remark"])
        writer.writerows([f"{n:05}", text, 'a"b'] for n, text in enumerate(texts))
    plain = "".join(f"{n}\t{' '.join(text.split())}\n" for n, text in enumerate(texts))
    packed = pyarrow.Codec("zstd").compress(f"n\ttext\n{plain}".encode(), asbytes=True)
    (folder / "d.tsv.zst").write_bytes(packed)
    table = pyarrow.table(
        {
            "id": pyarrow.array(range(len(texts)), pyarrow.int16()),
            "text": pyarrow.array([text or None for text in texts], pyarrow.large_string()),
            "price": pyarrow.array([1.5] * len(texts), pyarrow.float32()),
            "tags": [["a", "b"]] * len(texts),
        }
    )
    parquet.write_table(table, folder / "sub" / "e.parquet", row_group_size=4, compression="zstd")
    (folder / "f.txt").write_text(TEXTS[0])
    (folder / "empty.jsonl").write_text("")
    (folder / "_SUCCESS").write_text("")
    (folder / "picture.png").write_bytes(b"\x89PNG")
