"""Columns and standoff of other tools: CoNLL as it is met, WebAnno TSV 3, brat, DocBin."""

from pathlib import Path

import pytest

from ner_service import corpora
from ner_service.corpora.reading import ReadOptions
from ner_service.corpora.report import Kind, ReadReport
from ner_service.errors import ConfigError, CorpusError
from ner_service.types import Document, Entity

ROWS = "Анна\tB-PER\nв\tO\nРиге\tB-LOC\n"
FOUND = [("Анна", "PER"), ("Риге", "LOC")]


def read(path: Path, **options: object) -> tuple[list[list[tuple[str, str]]], ReadReport]:
    report = ReadReport()
    documents = corpora.read(path, None, ReadOptions(**options), report)  # type: ignore[arg-type]
    return [[(d.text[e.start : e.end], e.label) for e in d.entities] for d in documents], report


def conll(tmp_path: Path, rows: str, **options: object) -> list[list[tuple[str, str]]]:
    (tmp_path / "x.conll").write_text(rows, "utf-8")
    return read(tmp_path / "x.conll", **options)[0]


@pytest.mark.parametrize(
    "rows",
    [
        f"# id 5239-ab\tdomain=train\n{ROWS}",
        f"# id 5239-ab domain=train\n{ROWS}",
        f"#\thttp://x.ru/1\t[2009-10-17]\n{ROWS}",
        f"# text = Анна в Риге O\n# sent_id = 1\n{ROWS}",
        f"#comment=1\n{ROWS}",
        f"# newdoc\n\n{ROWS}",
        f"## 1\n{ROWS}".replace("## 1", "# 1"),
        ROWS.replace("\t", " "),
        ROWS.replace("\n", "\t\n"),
        ROWS.replace("\n", " \t \r\n"),
        "1\tАнна\tB-PER\n2\tв\tO\n3\tРиге\tB-LOC\n",
        "0 Анна _ B-PER\n1 в _ O\n2 Риге _ B-LOC\n\n0 Тихо _ O\n",
        "# sent_id = 1\n1-2\tАнна в\t_\tO\n1\tАнна\t_\tB-PER\n2\tв\t_\tO\n2.1\tx\t_\tO\n3\tРиге\t_\tB-LOC\n",
        f"\n \n\u00a0\n\t\n{ROWS}\n \n",
    ],
)
def test_comments_numbers_and_blanks_are_no_tokens(rows: str, tmp_path: Path) -> None:
    assert conll(tmp_path, rows)[0] == FOUND


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("# B-PER\nАнна O\n", [("#", "PER")]),
        ("#\tB-PER\nАнна\tO\n", [("#", "PER")]),
        ("#Москва B-LOC\nне O\n", [("#Москва", "LOC")]),
        ("10\u00a0000 B-MONEY\nруб I-MONEY\n", [("10\u00a0000 руб", "MONEY")]),
        ("\u00a0\tO\nАнна\tB-PER\n", [("Анна", "PER")]),
        ("Анна\tB-PER\n\u00a0\tI-PER\n", [("Анна", "PER")]),
        ("1 B-NUM\n2 O\n", [("1", "NUM")]),
    ],
)
def test_what_looks_like_a_comment_or_a_blank_may_be_a_token(
    rows: str, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    assert conll(tmp_path, rows) == [found]


@pytest.mark.parametrize("columns", ["2,3", "2,-2", "-3,-2"])
def test_columns_are_chosen_by_number(columns: str, tmp_path: Path) -> None:
    rows = "x\tАнна\tB-PER\tB-OTHER\nx\tв\tO\tO\nx\tРиге\tB-LOC\tO\n"
    assert conll(tmp_path, rows, columns=columns) == [FOUND]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ("1,5", CorpusError, r":1: has 2 columns: name others by --columns"),
        ("1,0", ConfigError, "columns 0: give numbers from 1"),
        ("token,tag", ConfigError, "columns token: give numbers from 1"),
    ],
)
def test_columns_that_are_none_are_named(
    columns: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        conll(tmp_path, ROWS, columns=columns)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("Анна B-PER\n# B_PER\n", ":2: 'B_PER' is not a tag: .*name it by --columns TOKEN,TAG"),
        ("Анна\tB-PER\n\tO\n", ":2: expected a token and a tag, found no token"),
        ("Анна\t\nв\tO\n", ":1: expected a token and a tag, found one column"),
        ("Анна PER-B\n", ":1: 'PER-B' is not a tag"),
    ],
)
def test_a_wrong_row_is_named(rows: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        conll(tmp_path, rows)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("Анна B-PER\nв I-LOC\n", [("Анна", "PER"), ("в", "LOC")]),
        ("Анна B-PER\nв O\nРиге I-LOC\n", [("Анна", "PER"), ("Риге", "LOC")]),
        ("Анна S-PER\nИванова I-PER\n", [("Анна", "PER"), ("Иванова", "PER")]),
        ("Анна B-PER\nв O\nРиге S-LOC\n", [("Анна", "PER"), ("Риге", "LOC")]),
    ],
)
def test_a_stray_tag_begins_an_entity_where_the_reader_is_lenient(
    rows: str, found: list[tuple[str, str]], tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="--lenient"):
        conll(tmp_path, rows)
    assert conll(tmp_path, rows, lenient=True) == [found]
    assert read(tmp_path / "x.conll", lenient=True)[1].counts[Kind.REPAIRED_TAG] >= 1


WEBANNO = """#FORMAT=WebAnno TSV 3.3
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue
#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value
#T_RL=webanno.custom.Rel|kind|BT_de.NamedEntity


#Text=😀 Анна Каренина из Риги_
1-1\t0-2\t😀\t_\t_\t_\t_\t_\t
1-2\t3-7\tАнна\tNOUN\t*[1]\tPER[1]\t_\t_\t
1-3\t8-16\tКаренина\tNOUN\t*[1]\tPER[1]\t_\t_\t
1-4\t17-19\tиз\t_\t_\t_\t_\t_\t
1-5\t20-25\tРиги_\t_\t*[2]|*\tGPE\\_X[2]|LOC\t_\t_\t
1-5.1\t20-24\tРиги\t_\t*[3]\tCITY[3]\t_\t_\t

#Text=Тихо\\\\.
2-1\t27-32\tТихо\\\\\t_\t_\t_\t_\t_\t
2-2\t32-33\t.\t_\t_\t_\t_\t_\t
"""


def test_webanno_is_known_by_its_first_line_and_read_in_code_points(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(WEBANNO, "utf-8")
    (document,) = corpora.read(tmp_path / "x.tsv", None, ReadOptions(overlap="longest"))
    assert document.text == "😀 Анна Каренина из Риги_\n Тихо\\."
    spans = [(document.text[e.start : e.end], e.label) for e in document.entities]
    assert spans == [("Анна Каренина", "PER"), ("Риги_", "GPE_X")]
    everything = corpora.read(tmp_path / "x.tsv", None, ReadOptions(overlap="innermost"))
    assert [e.label for d in everything for e in d.entities] == ["PER", "CITY"]
    with pytest.raises(CorpusError, match=r"GPE_X and .* overlap|CITY and .* overlap"):
        list(corpora.read(tmp_path / "x.tsv"))


def test_a_layer_and_its_feature_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "x.tsv").write_text(WEBANNO, "utf-8")
    found, _ = read(tmp_path / "x.tsv", columns="POS,PosValue")
    assert found == [[("Анна", "NOUN"), ("Каренина", "NOUN")]]
    with pytest.raises(CorpusError, match="has no layer of spans Sentiment: there are de"):
        read(tmp_path / "x.tsv", columns="Sentiment,value")


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ("1-2\t3-7", "1-2\t4-8", r":9: 'Анна' is not at 4-8 of the #Text above"),
        ("1-4\t17-19\tиз", "1-4\tиз", r":11: expected SENTENCE-TOKEN, a tab, START-END"),
        ("2-2\t32-33", "2-2\t7-8", r":17: '.' is not at 7-8 of the #Text above"),
        ("2-1\t27-32\tТ", "2-1\t99927-99932\tТ", "begins at 99927, but|is not at"),
        ("1-4\t17-19\tиз\t_\t_\t_\t_\t_\t", "1-4\t17-19\tиз", ":11: has 1 cells, but the header"),
    ],
)
def test_a_wrong_line_of_webanno_is_named(
    wrong: str, right: str, message: str, tmp_path: Path
) -> None:
    assert wrong in WEBANNO
    (tmp_path / "x.tsv").write_text(WEBANNO.replace(wrong, right), "utf-8")
    with pytest.raises(CorpusError, match=message):
        read(tmp_path / "x.tsv", overlap="longest")


def test_webanno_is_only_read(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="the format webanno is only read"):
        corpora.write(tmp_path / "x.webanno", [Document("1", "а")])


def brat(tmp_path: Path, text: str, standoff: str) -> list[list[tuple[str, str]]]:
    (tmp_path / "1.txt").write_bytes(text.encode())
    (tmp_path / "1.ann").write_text(standoff, "utf-8")
    return read(tmp_path)[0]


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("Иван\nПетров", "0 4;5 11"),
        ("Иван\r\nПетров", "0 4;6 12"),
        ("Иван \n  Петров", "0 4;8 14"),
        ("Иван\nПетров", "0 11"),
        ("Иван \nПетров ", "0 5;6 13"),
    ],
)
def test_an_entity_of_brat_may_reach_over_a_line_end(
    text: str, bounds: str, tmp_path: Path
) -> None:
    ((entity,),) = brat(tmp_path, f"{text} ушёл", f"T1\tPER {bounds}\tИван Петров\n")
    assert entity == (text.strip(), "PER")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "T1\tPER 0 4;9 11\tИван ов",
            r":1: PER is in several pieces .* drop its label by --map PER=",
        ),
        ("T1\tPER 5 11;0 4\tИван", r":1: PER is in several pieces"),
        ("T1\tPER 4 4\t", "4:4 is not a span"),
        ("PER 0 4\tИван", r":1: expected T<n>, a tab, LABEL START END"),
        ("T1\tPER 0 99999999999999999999\tИван", r":1: expected T<n>"),
    ],
)
def test_a_wrong_line_of_brat_says_how_to_mend_it(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=message):
        brat(tmp_path, "Иван\nПетров", f"{line}\n")


def test_relations_of_brat_are_counted_and_notes_passed_over(tmp_path: Path) -> None:
    lines = "T1\tPER 0 4\tИван\nR1\tR Arg1:T1 Arg2:T1\n#1\tAnnotatorNotes T1\tx\nA1\tX T1\n\n"
    brat(tmp_path, "Иван ушёл", lines)
    spans, report = read(tmp_path)
    assert (spans, report.counts) == ([[("Иван", "PER")]], {Kind.IGNORED_REGION: 1})


def test_a_standoff_of_brat_needs_its_text(tmp_path: Path) -> None:
    brat(tmp_path, "Иван", "")
    (tmp_path / "2.ann").touch()
    with pytest.raises(CorpusError, match=r"2\.txt: missing, though 2\.ann is there"):
        read(tmp_path)


def test_a_docbin_of_spans_alone_is_read_by_its_only_group(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("ru")
    docs = [nlp("Анна спит"), nlp("Риге"), nlp("тихо")]
    docs[0].spans["sc"] = [docs[0].char_span(0, 4, "PER")]
    docs[1].spans["sc"] = [docs[1].char_span(0, 4, "GPE")]
    docs[1].set_ents([docs[1].char_span(0, 4, "LOC")])
    spacy.tokens.DocBin(docs=docs).to_disk(tmp_path / "x.spacy")
    spans, report = read(tmp_path / "x.spacy")
    assert spans == [[("Анна", "PER")], [("Риге", "LOC")], []]
    assert report.counts == {Kind.IGNORED_KEY: 1}
    docs[0].spans["more"] = [docs[0].char_span(0, 4, "X")]
    spacy.tokens.DocBin(docs=docs).to_disk(tmp_path / "x.spacy")
    with pytest.raises(CorpusError, match="several groups of spans: sc, more"):
        read(tmp_path / "x.spacy")


LOSSY = [
    Document("a", "СанктПетербург", (Entity(0, 5, "LOC"), Entity(5, 14, "LOC"))),
    Document("b", "Анна спит", (Entity(0, 2, "PER", 0.5),), {"kind": "news", "page": 1}),
    Document("c", " ", (), {"id": 3, "kind": "news"}),
]


DROPPED = ["ids: 3, first in 'a'", "scores: 1, first in 'b'", "other fields: 2, first in 'b', 'c'"]


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("x.conll", ["entities within a token that another has: 1, first in 'a'", "bounds of entities inside tokens", "texts without a word", *DROPPED]),
        ("x.spacy", ["entities within a token that another has: 1, first in 'a'", "inside tokens", *DROPPED]),
        ("folder", DROPPED),
        (
            "x.bracketed",
            [
                "white space around the text: 1, first in 'c'",
                "other fields that are not one line of text: 1, first in 'b'",
                "scores: 1, first in 'b'",
            ],
        ),
        ("x.jsonl", []),
        ("x.json", []),
        ("x.csv", ["types of fields that are no text, which are text now: 2, first in 'b', 'c'"]),
        ("x.parquet", []),
    ],
)  # fmt: skip
def test_a_writer_says_what_its_format_cannot_hold(
    name: str, lost: list[str], tmp_path: Path
) -> None:
    lines = corpora.write(tmp_path / name, LOSSY)
    assert len(lines) == len(lost)
    for what in lost:
        assert any(what in line for line in lines)


@pytest.mark.parametrize("name", ["x.conll", "x.spacy", "folder", "x.bracketed", "x.csv"])
def test_a_writer_says_nothing_where_nothing_is_lost(name: str, tmp_path: Path) -> None:
    plain = [Document("1", "Анна спит", (Entity(0, 4, "PER"),))]
    assert corpora.write(tmp_path / name, plain) == []
