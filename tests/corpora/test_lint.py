"""The linter: each fault of annotated corpora is found, and tidy corpora have none."""

import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service import corpora
from ner_service.corpora import lint
from ner_service.corpora.lint.entities import stray_punctuation
from ner_service.corpora.lint.finding import Fault, Finding, quote
from ner_service.corpora.lint.labels import MOST_LABELS
from ner_service.corpora.lint.mojibake import find_mojibake
from ner_service.types import Document, Entity

ANNA = "Анна уехала в Москву."


def document(text: str, *spans: tuple[int, int, str], line: int = 1, file: str = "a") -> Document:
    entities = tuple(Entity(*span) for span in spans)
    return Document(str(line), text, entities, place=f"{file}:{line}")


def part(name: str, *texts: str, held_out: bool = False) -> lint.Part:
    """A file with a document a line, whose first word is an entity."""
    documents = []
    for n, text in enumerate(texts, 1):
        word = re.search(r"\w+", text)
        spans = [(word.start(), word.end(), "PER")] if word else []
        documents.append(document(text, *spans, line=n, file=name))
    return lint.Part(name, documents, held_out)


def check(*documents: Document) -> list[Finding]:
    return list(lint.check([lint.Part("a", documents)]))


def faults(findings: Sequence[Finding]) -> list[Fault]:
    return [finding.fault for finding in findings]


def test_a_tidy_corpus_has_no_findings() -> None:
    assert check(document(ANNA, (0, 4, "PER"), (14, 20, "LOC"))) == []


ENTITIES = [
    (ANNA, [(0, 5, "PER")], [Fault.BLANK_EDGE], "0:5 PER 'Анна ' has a blank at an edge"),
    (ANNA, [(13, 20, "LOC")], [Fault.BLANK_EDGE], "' Москву'"),
    ("Анна\nуехала", [(0, 5, "PER")], [Fault.BLANK_EDGE], r"'Анна\n'"),
    ("Анна\u00a0уехала", [(0, 5, "PER")], [Fault.BLANK_EDGE], r"'Анна\xa0'"),
    (ANNA, [(14, 21, "LOC")], [Fault.PUNCTUATION_EDGE], "'Москву.' has . at an edge"),
    (ANNA, [(0, 3, "PER")], [Fault.CUT_WORD], "'Анн' begins or ends inside a word"),
    (ANNA, [(1, 4, "PER")], [Fault.CUT_WORD], "1:4 PER 'нна'"),
    (ANNA, [(0, 4, "PER")] * 2, [Fault.DOUBLED], "0:4 PER 'Анна' comes twice"),
    (ANNA, [(0, 4, "PER"), (0, 4, "ORG")], [Fault.OVERLAP, Fault.SEVERAL_LABELS], "0:4 PER"),
    (ANNA, [(0, 11, "PER"), (5, 11, "LOC")], [Fault.OVERLAP], "5:11 LOC 'уехала' overlaps 0:11"),
    (ANNA, [(0, 11, "A"), (0, 4, "B"), (5, 11, "C")], [Fault.OVERLAP] * 2, "overlaps 0:11 A"),
    (ANNA, [(14, 22, "LOC")], [Fault.OUTSIDE], "no span of the text (21 characters)"),
    (ANNA, [(0, 4, "P\nER")], [Fault.UNFIT_LABEL], "the label 'P\\nER' has a line break"),
    (ANNA, [(4, 4, "LOC")], [Fault.OUTSIDE], "no span"),
    (ANNA, [(-4, 4, "LOC")], [Fault.OUTSIDE], "no span"),
    (ANNA, [(4, 5, "LOC")], [Fault.OUTSIDE], "is white space alone"),
]


@pytest.mark.parametrize(("text", "spans", "expected", "message"), ENTITIES)
def test_a_faulty_entity_is_found(
    text: str, spans: list[tuple[int, int, str]], expected: list[Fault], message: str
) -> None:
    findings = check(document(text, *spans, (-1, -1, "OTHER")))  # an entity more changes nothing
    assert sorted(faults(findings)) == sorted([Fault.OUTSIDE, *expected])
    assert any(message in finding.message for finding in findings)
    assert {finding.place for finding in findings} == {"a:1"}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 10)), max_size=6))
def test_overlaps_are_found_where_two_spans_share_a_character(
    bounds: list[tuple[int, int]],
) -> None:
    spans = [(start, end, "A") for start, end in bounds if start < end]
    findings = faults(check(document("Абвгдежзий", *spans)))
    shares = any(
        one[0] < other[1] and other[0] < one[1]
        for n, one in enumerate(spans)
        for other in spans[n + 1 :]
    )
    assert bool({Fault.OVERLAP, Fault.DOUBLED} & set(findings)) == shares


@pytest.mark.parametrize(
    ("name", "behind", "stray"),
    [
        ("Анна,", "", ","),
        ("Анна:", " а", ":"),
        ("—Анна", "", "—"),
        ("Анна!", " О", "!"),
        ("Yahoo!", " объ", ""),
        ("Yahoo!", ", а", ""),
        ("Газпром.", "", "."),
        ("Газпром и Ко.", "", ""),
        ("Пушкин А. С.", "", ""),
        ("А.", "", ""),
        ("...", "", "."),
        ("«Газпром»", "", ""),
        ("«Газпром", "", "«"),
        ("Газпром»", "", "»"),
        ("ОАО «НК «Роснефть»", "", ""),
        ('ОАО "НК "Роснефть"', "", ""),
        ('"Спутник', "", '"'),
        ("Комитет (КЗЖ)", "", ""),
        ("КЗЖ)", "", ")"),
        ("более 90%", "", ""),
        ("@anna", "", ""),
        ("Canal+", "", ""),
        ("Санкт-", "", "-"),
    ],
)
def test_punctuation_is_stray_where_it_is_no_part_of_the_name(
    name: str, behind: str, stray: str
) -> None:
    assert stray_punctuation(name, behind) == stray


TEXTS = [
    ("", [Fault.EMPTY]),
    (" \n\u00a0", [Fault.EMPTY]),
    ("Анна\r\nуехала", [Fault.CARRIAGE_RETURN]),
    ("Анна \ufffdуехала", [Fault.ENCODING]),
    ("Анна \x00 уехала", [Fault.CONTROL]),
    ("Анна \ufeffуехала", [Fault.CONTROL]),
    ("Анна\tуехала\u2028в \x85 \u00adМоск\u0301ву 😊", []),
    (ANNA.encode().decode("cp1251", "replace"), [Fault.ENCODING]),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_faulty_text_is_found(text: str, expected: list[Fault]) -> None:
    assert faults(check(document(text), document("Пётр", (0, 4, "PER"), line=2)))[:1] == expected


WORDS = "Привет из Москвы, — сказал Пётр. ООО «Ёлки» уехало"
MISTAKES = [
    *(("utf-8", read_as) for read_as in ("latin-1", "cp1252", "cp1251", "koi8-r", "cp866")),
    *(("cp1251", read_as) for read_as in ("latin-1", "cp1252", "koi8-r", "cp866")),
    *(("koi8-r", read_as) for read_as in ("latin-1", "cp1252", "cp1251", "cp866")),
    *(("cp866", read_as) for read_as in ("latin-1", "cp1252", "cp1251", "koi8-r")),
]


def read_wrongly(text: str, written_in: str, read_as: str) -> str:
    """Returns a text decoded by the wrong encoding, as browsers decode it."""
    return "".join(
        bytes([byte]).decode(read_as) if bytes([byte]).decode(read_as, "ignore") else chr(byte)
        for byte in text.encode(written_in, "replace")
    )


@pytest.mark.parametrize(("written_in", "read_as"), MISTAKES)
def test_mojibake_is_found_by_the_way_back(written_in: str, read_as: str) -> None:
    found = find_mojibake(read_wrongly(WORDS, written_in, read_as))
    assert found
    assert found[1].endswith(f"written in {written_in}, read as {read_as}") or read_as == "cp1252"
    assert find_mojibake(WORDS) is None


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Žižek café œuvre Ærøskøbing",
            "їхній Київ сьогодні",
            "Αθήνα 北京 東京 القاهرة",
            "25 °C, №5",
        ),
        *(
            "комплек\u00adтование",
            "Пу\u0301шкин",
            "мРНК-вакцина",
            "ко¬торый",
            "\u2028Москва😊",
            "“Рига”",
        ),
        "Р» и С» …—",
    ],
)
def test_other_scripts_and_odd_words_are_no_mojibake(text: str) -> None:
    assert find_mojibake(text) is None


LONG = "Президент России Владимир Путин прибыл в понедельник в Санкт-Петербург на форум"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (LONG, Fault.LEAK),
        (LONG.upper() + "!", Fault.LEAK),
        (LONG.replace(" ", "\n"), Fault.LEAK),
        (LONG.replace("понедельник", "среду"), Fault.NEAR_COPY),
        ("РИА Новости. " + LONG, Fault.NEAR_COPY),
        (LONG[: LONG.index(" на")], Fault.NEAR_COPY),
        ("Президент Финляндии прибыл на форум в Петербург", None),
        ("Президент России", None),
    ],
)
def test_what_dev_shares_with_train_is_found(text: str, fault: Fault | None) -> None:
    train, dev = part("train", "Другой текст", LONG), part("dev", text, held_out=True)
    findings = list(lint.check([train, dev]))
    assert faults(findings) == ([fault] if fault else [])
    assert all(f.place == "dev:1" and "train:2" in f.message for f in findings)
    cheap = list(lint.check([part("train", LONG), part("dev", text, held_out=True)], near=False))
    assert faults(cheap) == ([fault] if fault is Fault.LEAK else [])


def test_copies_that_are_not_judged_on_are_no_leak() -> None:
    findings = list(lint.check([part("one", ANNA, ANNA), part("two", ANNA)]))
    assert [(f.fault, f.place, f.message) for f in findings] == [
        (Fault.COPY, "one:2", "the text is that of one:1"),
        (Fault.COPY, "two:1", "the text is that of one:1"),
    ]


def test_a_copy_with_other_entities_says_so() -> None:
    findings = check(document(ANNA, (0, 4, "PER")), document(ANNA, (14, 20, "LOC"), line=2))
    assert findings[0].message == "the text is that of a:1, but the entities are others"


def test_a_file_that_is_learned_in_two_conventions_is_not_its_own_copy() -> None:
    assert list(lint.check([part("one", ANNA), part("one", ANNA)])) == []
    dev = part("one", ANNA, held_out=True)
    assert faults(list(lint.check([part("one", ANNA), dev]))) == [Fault.LEAK]


@pytest.mark.slow
def test_many_copies_of_one_text_cost_no_more_than_many_texts() -> None:
    findings = list(lint.check([part("one", *[LONG] * 3000)]))
    assert len(findings) == 2999
    near = [f"{n} {LONG} {n}" for n in range(3000)]
    assert faults(list(lint.check([part("one", *near)]))) == [Fault.NEAR_COPY] * 2999


def test_texts_of_the_same_words_in_another_order_are_not_near() -> None:
    words = LONG.split()
    random.Random(0).shuffle(words)
    assert list(lint.check([part("one", LONG, " ".join(words))])) == []


def test_a_name_with_several_labels_is_shown_where_the_rarer_stands() -> None:
    documents = [document(f"Спартак {n}", (0, 7, "ORG"), line=n) for n in (1, 2, 3)]
    (finding,) = check(*documents, document("Спартак: восстание", (0, 7, "PER"), line=4))
    assert (finding.fault, finding.place) == (Fault.SEVERAL_LABELS, "a:4")
    assert "ORG 3, PER 1; here it is PER" in finding.message


def test_long_spans_are_no_names_and_many_labels_are_not_all_listed() -> None:
    long = "слово " * 200 + "слово"
    assert (
        check(document(f"{long} а", (0, len(long), "A")), document(long, (0, len(long), "B"))) == []
    )
    texts = [document(f"Анна{n}", (0, 4 + len(str(n)), f"L{n}")) for n in range(30)]
    dev = lint.Part("dev", [document("Москва", (0, 6, "GPE"), file="dev")], held_out=True)
    (finding,) = lint.check([lint.Part("train", texts), dev])
    assert finding.message.endswith(", …)")
    assert finding.message.count(",") == MOST_LABELS


def test_labels_that_the_training_data_lacks_are_errors() -> None:
    train = lint.Part("train", [document("Анна", (0, 4, "PER"))])
    dev = lint.Part("dev", [document("Москва", (0, 6, "GPE"), file="dev")], held_out=True)
    (finding,) = lint.check([train, dev])
    assert str(finding) == (
        "dev:1: error: label GPE is not in the training data (PER) [unknown-label]"
    )


@pytest.mark.parametrize("other", ["per", "P.E.R", "PER "])
def test_labels_that_are_nearly_one_are_shown_where_the_rarer_stands(other: str) -> None:
    documents = [document(f"Анна {n}", (0, 4, "PER"), line=n) for n in (1, 2)]
    (finding,) = check(*documents, document("Иван", (0, 4, other), line=3))
    assert (finding.fault, finding.place) == (Fault.LIKE_LABELS, "a:3")
    assert f"label {other!r} (1) is nearly 'PER' (2): make one of them" in finding.message


def test_an_id_that_comes_twice_in_a_file_is_found() -> None:
    twice = [
        Document("7", f"{ANNA} {n}", (Entity(0, 4, "PER"),), place=f"a:{n}") for n in (1, 2, 3)
    ]
    findings = [f for f in lint.check([lint.Part("a", twice)], near=False)]
    assert faults(findings) == [Fault.SAME_ID] * 2
    assert (findings[0].place, findings[0].message) == ("a:2", "the id '7' is that of a:1")
    parts = [lint.Part(name, [document(ANNA, (0, 4, "PER"), file=name)]) for name in "ab"]
    assert Fault.SAME_ID not in faults([*lint.check(parts)])


def test_ends_that_count_the_last_character_are_an_error_of_the_file() -> None:
    findings = check(document(ANNA, (0, 3, "PER"), (14, 19, "LOC")))
    assert faults(findings) == [Fault.CUT_WORD, Fault.CUT_WORD, Fault.SHIFTED]
    assert "all ends seem to count the last character" in findings[-1].message


def test_files_without_documents_or_entities_are_found() -> None:
    nothing, bare = lint.Part("a", []), lint.Part("b", [document("Анна")])
    assert faults(list(lint.check([nothing, bare]))) == [Fault.UNREADABLE, Fault.NO_ENTITIES]


def test_offsets_that_are_all_shifted_are_an_error_of_the_file() -> None:
    texts = ["Вчера Анна уехала", "Вчера Пётр приехал", "Завтра Ольга уедет"]
    documents = [
        document(text, (at + 2, at + 2 + len(name), "PER"), line=n)
        for n, (text, name) in enumerate(zip(texts, ["Анна", "Пётр", "Ольга"], strict=True), 1)
        for at in [text.index(name)]
    ]
    findings = check(*documents)
    assert faults(findings).count(Fault.CUT_WORD) == 3
    assert findings[-1].message == "all offsets seem shifted: add -2 to each start and end"


@pytest.mark.parametrize(
    ("names", "held_out"),
    [
        (["train.jsonl", "dev.jsonl"], [False, True]),
        (["dev.jsonl", "train.jsonl"], [True, False]),
        (["a.jsonl", "b.jsonl", "c.jsonl"], [False, True, True]),
        (["a.jsonl"], [False]),
        (["test_train.jsonl", "test_dev.jsonl"], [False, True]),
        (["dev.jsonl", "test.jsonl"], [True, True]),
        (["conll.train", "eng.testa", "eng.testb"], [False, True, True]),
        (["factru_devset", "factru_testset"], [True, True]),
        (["/test/one.jsonl", "devices.jsonl"], [False, True]),
        (["news-valid.jsonl.gz", "latest.jsonl"], [True, False]),
    ],
)
def test_files_are_held_out_by_their_names_or_their_order(
    names: list[str], held_out: list[bool]
) -> None:
    assert lint.roles(names) == held_out


def test_a_summary_names_the_first_error_and_nothing_where_all_is_well() -> None:
    train, dev = part("train", ANNA, ""), part("dev", ANNA, held_out=True)
    line, example = lint.summarise([train, dev])
    assert line.startswith("2 files, 3 documents, 2 entities: 1 error, 1 warning; documents that")
    assert example.startswith("for example ")
    assert lint.summarise([part("train", ANNA)]) == []


def test_what_could_not_be_read_is_a_finding_and_the_next_file_goes_on() -> None:
    def broken() -> Iterator[Document]:
        yield document(ANNA)
        raise corpora.CorpusError("a.jsonl:2: not JSON: Expecting value")

    parts = [lint.Part("a.jsonl", broken()), part("b", "Пётр")]
    (finding,) = [f for f in lint.check(parts) if f.fault is Fault.UNREADABLE]
    assert finding.as_json()["line"] == 2
    assert finding.message == "not JSON: Expecting value; nothing behind this was read"
    assert parts[1].checked.documents == 1


def test_a_raw_reading_leaves_all_faults_to_the_linter(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(
        '{"text": "Анна ", "entities": [{"start": 0, "end": 5, "label": "PER"},'
        ' {"start": 0, "end": 5, "label": "PER"}, {"start": 3, "end": 99, "label": "PER"}]}\n'
    )
    (read,) = corpora.read(file, raw=True)
    findings = check(read)
    assert faults(findings) == [*[Fault.BLANK_EDGE] * 2, Fault.OUTSIDE, Fault.DOUBLED]
    assert findings[0].place == f"{file}:1"


def test_our_own_corpus_has_no_fault() -> None:
    documents = list(corpora.read(corpora.locate("own_news", None)))
    assert set(faults(list(lint.check([lint.Part("own_news", documents)])))) <= {
        Fault.SEVERAL_LABELS
    }


def test_a_long_text_is_shown_by_both_its_ends() -> None:
    assert quote("а" * 30 + "б" * 100 + "\n") == "'" + "а" * 30 + "…" + "б" * 29 + "\\n'"
