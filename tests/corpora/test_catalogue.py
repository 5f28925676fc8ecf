"""The converters, each on a distribution in small of its public form; all texts are invented."""

import gzip
import json
import re
from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.corpora.public import catalogue, columns, download, factru, slavicner, standoff
from ner_service.errors import CorpusError
from ner_service.types import Document, Entity

FACTRU = {
    "repo-1/devset/book_1.txt": "Мэр Твери Олег Чиж посетил МИД Чада.",
    "repo-1/devset/book_1.spans": """1 job 0 3 10 1  # 10 Мэр
2 loc_name 4 5 11 1  # 11 Твери
3 name 10 4 12 1  # 12 Олег
4 surname 15 3 13 1  # 13 Чиж
5 org_name 27 3 14 1  # 14 МИД
6 loc_name 31 4 15 1  # 15 Чада
""",
    "repo-1/devset/book_1.objects": """1 LocOrg 2 # Твери
2 Person 3 4 # Олег Чиж
3 Org 5 6 # МИД Чада
4 LocOrg 6 # Чада
""",
    "repo-1/testset/book_2.txt": "Тихо.",
    "repo-1/testset/book_2.spans": "",
    "repo-1/testset/book_2.objects": "",
}
NE5 = {
    "Collection5/1.txt": "Газета «Гудок»\r\nвышла в Орле.",
    "Collection5/1.ann": "T1\tMEDIA 7 14\t«Гудок»\nT2\tGEOPOLIT 24 28\tОрле\n",
}
NEREL = {
    f"repo/NEREL-v1.1/{part}/1.{ending}": content
    for part in ("train", "dev", "test")
    for ending, content in (
        ("txt", "Глава МИД Чада и город."),
        (
            "ann",
            "T1\tORGANIZATION 6 14\tМИД Чада\nT2\tCOUNTRY 10 14\tЧада\nT3\tCITY 17 22\tгород\n"
            "T4\tDATE 0 5;6 9\tГлава МИД\nR1\tX Arg1:T1 Arg2:T2\n",
        ),
    )
}
SLAVICNER = {
    "repo/raw/storm/ru/1.txt": "Буря дошла до Орла.",
    "repo/ner/storm/ru/1.txt.tsv": "14\t18\tОрла\tОрёл\tLOC\tGPE-Oryol\n",
}


def packed(tmp_path: Path, files: dict[str, str]) -> Path:
    """A download folder with the files of an archive, unpacked."""
    for name, content in files.items():
        path = tmp_path / "corpus.zip.unzip" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode())
    return tmp_path


def surfaces(document: Document) -> list[tuple[str, str]]:
    return [(document.text[e.start : e.end], e.label) for e in document.entities]


def test_factru_takes_names_out_of_objects(tmp_path: Path) -> None:
    splits = {name: list(found) for name, found in factru.convert(packed(tmp_path, FACTRU))}
    assert sorted(splits) == ["factru_devset", "factru_testset"]
    assert surfaces(splits["factru_devset"][0]) == [
        ("Твери", "LOC"),
        ("Олег Чиж", "PER"),
        ("МИД", "ORG"),
        ("Чада", "LOC"),
    ]


def test_ne5_keeps_line_ends_and_drops_quotes(tmp_path: Path) -> None:
    ((name, found),) = standoff.convert_ne5(packed(tmp_path, NE5))
    (document,) = found
    assert name == "ne5"
    assert document.text == NE5["Collection5/1.txt"]
    assert surfaces(document) == [("Гудок", "ORG"), ("Орле", "LOC")]


def test_nerel_keeps_the_outermost_names(tmp_path: Path) -> None:
    splits = dict(standoff.convert_nerel(packed(tmp_path, NEREL)))
    assert list(splits) == ["nerel_train", "nerel_dev", "nerel_test"]
    (document,) = splits["nerel_dev"]
    assert surfaces(document) == [("МИД Чада", "ORG")]


def test_nerel_keeps_the_innermost_names_beside(tmp_path: Path) -> None:
    splits = dict(standoff.convert_nerel_innermost(packed(tmp_path, NEREL)))
    names = [f"nerel_innermost_{part}" for part in ("train", "dev", "test")]
    assert list(splits) == names == list(catalogue.source_of("nerel_innermost").corpora)
    (document,) = splits["nerel_innermost_dev"]
    assert surfaces(document) == [("Чада", "LOC")]


@pytest.mark.parametrize(
    ("text", "nested", "kept"),
    [
        ("Московский суд", [(0, 10, "CITY"), (0, 14, "ORGANIZATION")], [("Московский суд", "ORG")]),
        ("Он из Москвы", [(6, 12, "CITY")], [("Москвы", "LOC")]),
        ("Город Жуковский.", [(6, 15, "CITY")], [("Жуковский", "LOC")]),
        ("Жуковский читал", [(0, 9, "PERSON")], [("Жуковский", "PER")]),
        ("Московские улицы", [(0, 10, "CITY")], []),
        ("Гоголь и Гоголь", [(0, 15, "FAMILY"), (0, 6, "PERSON")], [("Гоголь", "PER")]),
        ("город Орёл", [(0, 5, "CITY"), (6, 10, "CITY")], [("Орёл", "LOC")]),
    ],
)
def test_an_adjective_is_no_innermost_name(
    text: str, nested: list[tuple[int, int, str]], kept: list[tuple[str, str]]
) -> None:
    inner = standoff.keep_innermost_names([Entity(*each) for each in nested], text)
    assert surfaces(Document("1", text, tuple(inner))) == kept


def test_slavicner_is_parted_by_language(tmp_path: Path) -> None:
    ((name, found),) = slavicner.convert(packed(tmp_path, SLAVICNER))
    assert name == "slavicner_ru"
    assert surfaces(next(found)) == [("Орла", "LOC")]


def test_slavicner_names_what_does_not_fit(tmp_path: Path) -> None:
    wrong = SLAVICNER | {"repo/ner/storm/ru/1.txt.tsv": "0\t4\tОрла\tОрёл\tLOC\tX\n"}
    ((_, found),) = slavicner.convert(packed(tmp_path, wrong))
    with pytest.raises(CorpusError, match=r"1\.txt\.tsv:1: 0:4"):
        next(found)


def test_wikineural_mends_what_continues_nothing(tmp_path: Path) -> None:
    (tmp_path / "wikineural_ru_val.conllu").write_text("0\tОрёл\tI-LOC\n1\tтих\tO\n\n")
    ((name, found),) = columns.convert(tmp_path)
    (document,) = found
    assert (name, document.text) == ("wikineural_ru_val", "Орёл тих")
    assert surfaces(document) == [("Орёл", "LOC")]


def test_conll2003_joins_tokens_by_spaces(tmp_path: Path) -> None:
    rows = "-DOCSTART- -X- -X- O\n\nOryol NNP I-NP I-LOC\nsleeps VBZ I-VP O\n"
    (tmp_path / "conll2003_en_dev.txt").write_text(rows)
    ((_, found),) = columns.convert(tmp_path)
    (document,) = found
    assert surfaces(document) == [("Oryol", "LOC")]


def test_an_archive_without_the_corpus_is_named(tmp_path: Path) -> None:
    folder = packed(tmp_path, {"readme.md": ""})
    with pytest.raises(CorpusError, match="holds no"):
        next(standoff.convert_ne5(folder))


def test_a_download_is_found_by_name_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(file: catalogue.Download, path: Path) -> str:
        packed(path.parent, FACTRU)
        return "0"

    monkeypatch.setattr(download, "fetch", fetch)
    source = catalogue.source_of("factru")
    made = [path.name for path, _ in download.download(source, tmp_path)]
    assert made == ["factru.zip", "factru_devset.jsonl.gz", "factru_testset.jsonl.gz"]
    (document,) = corpora.read(corpora.locate("factru_devset", tmp_path))
    assert len(document.entities) == 4


def test_sources_stand_at_full_commits_and_are_held_to_what_is_known() -> None:
    files = {n: f for s in catalogue.SOURCES.values() for n, f in s.files.items()}
    for name, file in files.items():
        assert "github" not in file.url or re.search(r"/[0-9a-f]{40}[./]", file.url), name
        assert re.fullmatch(r"[0-9a-f]{64}|", file.sha256), name
    unknown = {name for name, file in files.items() if not file.sha256}
    assert unknown == {"ne5.zip", "wikineural_ru_train.conllu"}


@pytest.mark.parametrize(
    ("file", "licence"),
    [
        ("factru_devset.jsonl.gz", "MIT"),
        ("ne5_train.jsonl.gz", "none stated"),
        ("golunov_meduza.jsonl.gz", "CC BY 4.0"),
        ("mine.jsonl", "not known"),
    ],
)
def test_licences_are_known_by_the_names_of_files(file: str, licence: str) -> None:
    assert catalogue.licence_of(file) == licence


def test_every_source_names_its_corpora_once() -> None:
    names = [name for source in catalogue.SOURCES.values() for name in source.corpora]
    assert len(names) == len(set(names))
    assert all(catalogue.source_of(name).corpora.count(name) == 1 for name in names)


def test_our_adaptation_of_factru_is_naevals(corpora_root: Path) -> None:
    gold = corpora.read(corpora_root / "gold" / "factru_devset.jsonl.gz")
    with gzip.open(corpora_root / "gold" / "factru_raw_devset.jsonl.gz") as raw:
        for line, document in zip(raw, gold, strict=True):
            objects = [
                (o["label"], [Entity(start, end, kind) for kind, start, end in o["spans"]])
                for o in json.loads(line)["entities"]
            ]
            found = factru.entities_of(objects, document.text)
            assert [e.span for e in found] == [e.span for e in document.entities]
