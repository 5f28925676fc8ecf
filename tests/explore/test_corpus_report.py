"""The corpus report: figures against what can be counted by hand, and the page."""

import json
import random
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ner_service import corpora
from ner_service.cli import app
from ner_service.errors import CorpusError
from ner_service.explore.corpus.copies import count_copies
from ner_service.explore.corpus.doubts import find_doubts
from ner_service.explore.corpus.grammar import FOREIGN, NUMBER, SIGN, Grammar, Word, neighbours
from ner_service.explore.corpus.names import ambiguous_names, seen_names, unmarked_names
from ner_service.explore.corpus.page import page as page_of
from ner_service.explore.corpus.page import remarks
from ner_service.explore.corpus.report import CorpusReport
from ner_service.explore.corpus.sample import Sample, TokenizedDocument, draw_sample
from ner_service.explore.corpus.sizes import measure_sizes
from ner_service.explore.corpus.words import typical_words
from ner_service.types import Document, Entity
from tests.marked import marked

run = CliRunner()


def sample(*texts: str, name: str = "train", is_held_out: bool = False) -> Sample:
    """Return a sample of texts with entities in brackets."""
    documents = [
        replace(marked(text, f"{name}-{n}"), place=f"{name}:{n}") for n, text in enumerate(texts)
    ]
    return draw_sample(name, is_held_out, documents)


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar()


def test_an_entity_has_the_tokens_that_it_touches() -> None:
    text = "«Анна-Мария» жила, в Москве."
    document = TokenizedDocument.of(Document("1", text))
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            touched = [n for n, t in enumerate(document.tokens) if t.start < end and start < t.end]
            found = document.range_of(Entity(start, end, "PER"))
            assert list(found) == touched


def test_a_sample_is_the_whole_file_where_it_is_small() -> None:
    drawn = sample("[PER Анна] дома.", "В [LOC Омске].")
    assert drawn.is_whole
    assert drawn.labels == {"PER": 1, "LOC": 1}
    assert [each.document.id for each in drawn.drawn] == ["train-0", "train-1"]


def test_a_sample_of_a_large_file_is_even_and_counts_all_of_it() -> None:
    documents = [Document(str(n), "Анна", (Entity(0, 4, "PER"),)) for n in range(1000)]
    drawn = draw_sample("large", False, documents, most_documents=100)
    assert (drawn.documents, drawn.characters, drawn.entities) == (1000, 4000, 1000)
    numbers = [int(each.document.id) for each in drawn.drawn]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 100
    halves = Counter(number // 500 for number in numbers)
    assert min(halves.values()) > 30  # by chance it is less once in 30,000
    shorter = draw_sample("large", False, documents, most_documents=100, most_chars=40)
    assert len(shorter.drawn) == 10


def test_an_empty_file_has_no_sample() -> None:
    with pytest.raises(CorpusError, match="nothing: holds no documents: name a file"):
        draw_sample("nothing", False, [])


def test_sizes_are_those_that_can_be_counted() -> None:
    sizes = measure_sizes(
        sample("[PER Анна Иванова] и [PER анна иванова]. Дома.", "В [LOC Омске].", "Пусто")
    )
    assert (sizes.documents, sizes.entities, sizes.without_entities) == (3, 3, 1)
    assert (sizes.sentences, sizes.tokens) == (4, 12)
    assert sizes.imbalance == 2
    assert (sizes.document_tokens.least, sizes.document_tokens.most) == (1, 8)
    person, place = sizes.labels
    assert (person.label, person.entities, person.surfaces) == ("PER", 2, 1)
    assert person.share == pytest.approx(2 / 3)
    assert person.token_share == pytest.approx(4 / 12)
    assert person.lengths == (0, 2, 0, 0, 0, 0)
    assert place.lengths == (1, 0, 0, 0, 0, 0)


def test_words_have_lemmas_and_parts_of_speech(grammar: Grammar) -> None:
    assert grammar.word("Городах") == Word("город", "noun")
    assert grammar.word("в").pos == "preposition"
    assert grammar.word("«").pos == SIGN
    assert grammar.word("2024").pos == NUMBER
    assert grammar.word("London").pos == FOREIGN
    assert list(grammar.lemmas(["Мэр", "в", "городе", ",", "5"])) == ["мэр", "город"]


def test_what_stands_beside_names_is_counted_by_place(grammar: Grammar) -> None:
    places = neighbours([sample("Мэр [PER Анна] дома", "Мэр [PER Пётр] ушёл")], grammar)
    before = next(p for p in places if p.place == -1)
    assert before.pos == (("noun", 1.0),)
    assert before.lemmas == (("мэр", 2),)
    behind = dict(next(p for p in places if p.place == 2).pos)
    assert behind == {"edge of the text": 1.0}


def test_typical_words_are_frequent_at_a_label_and_rare_elsewhere(grammar: Grammar) -> None:
    texts = ["Компания [ORG Ромашка] и день", "Компания [ORG Василёк] и день"]
    texts += [f"Город [LOC {name}] и день" for name in ("Омск", "Томск")] + ["Был день"] * 8
    words = {row.label: row for row in typical_words([sample(*texts)], grammar)}
    assert words["ORG"].context[0][0] == "компания"
    assert words["LOC"].context[0][0] == "город"
    assert {word for word, _ in words["LOC"].inside} == {"омск", "томск"}
    weights = dict(words["ORG"].context)
    assert weights["компания"] > weights["день"]


def test_names_with_several_labels_are_listed_the_most_mixed_first() -> None:
    one = sample("[PER Вашингтон] и [LOC Вашингтон]", "[LOC Вашингтон], [LOC Рим] и [ORG Рим]")
    names = ambiguous_names([one, sample("[ORG Рим] и [LOC Рим]")])
    assert [name.name for name in names] == ["Рим", "Вашингтон"]
    assert names[1].labels == (("LOC", 2), ("PER", 1))


def test_a_name_that_is_not_always_marked_is_found_with_an_example() -> None:
    (name,) = unmarked_names([sample("[LOC Омск] и [LOC Омск].", "Где Омск? Вот [LOC Томск].")])
    assert (name.name, name.label, name.marked, name.unmarked) == ("Омск", "LOC", 2, 1)
    assert name.example == "Где Омск? Вот Томск."


def test_names_of_a_held_out_file_are_sorted_by_what_training_has() -> None:
    train = sample("[LOC Омск], [LOC Москва], [ORG Спартак]")
    dev = sample("[LOC ОМСК], [LOC Москве], [PER Спартак], [LOC Рим]", name="dev", is_held_out=True)
    bases = {("LOC", "Москве"): "Москва", ("LOC", "Москва"): "Москва"}
    place, person = seen_names([train, dev], bases)
    assert (place.label, place.entities) == ("LOC", 3)
    assert (place.same_label, place.base_form, place.other_label, place.unseen) == (1, 1, 0, 1)
    assert (person.same_label, person.other_label) == (0, 1)
    assert seen_names([dev], bases) == []


def test_copies_are_told_from_leaks() -> None:
    long = "Вчера в городе открыли новую библиотеку для детей и взрослых, и все пришли."
    train = sample(long, long, "Другое")
    dev = sample(long, name="dev", is_held_out=True)
    copies = count_copies([train, dev])
    assert (copies.leak, copies.copy) == (1, 1)
    assert len(copies.examples) == 2


def test_a_sure_tagger_contradicts_the_annotation_of_its_own_labels_alone() -> None:
    one = sample("[PER Анна] в [DATE мае] в Омске, [PER Пётр Лион] дома.")
    answers = [
        [
            Entity(0, 4, "PER", 0.99),
            Entity(7, 10, "LOC", 0.99),  # a label that the corpus lacks
            Entity(13, 18, "PER", 0.95),
            Entity(20, 24, "PER", 0.91),  # with other bounds
            Entity(30, 34, "PER", 0.5),  # not sure
        ]
    ]
    doubts = find_doubts("mine", [one], [answers])
    assert doubts.compared == ("PER",)
    first, second = doubts.disagreements
    assert (first.text, first.gold) == ("Омске", ())
    assert (second.text, second.gold) == ("Пётр", (("PER", "Пётр Лион"),))
    (hard,) = doubts.hardest
    assert (hard.mistakes, hard.entities) == (4, 2)
    assert hard.f1 == pytest.approx(2 * 1 / 6)


def test_a_tagger_without_scores_has_no_disagreements() -> None:
    doubts = find_doubts("plain", [sample("[PER Анна] дома")], [[[Entity(5, 9, "PER")]]])
    assert not doubts.has_scores
    assert doubts.disagreements == ()


def test_the_page_says_first_what_spoils_training() -> None:
    text = "Анна Иванова вчера приехала в большой город и долго гуляла одна."
    train = sample(f"[PER Анна] {text[5:]}", *(["[LOC Омск] и [LOC Омск]"] * 6))
    dev = sample(f"[PER Анна] {text[5:]}", name="dev", is_held_out=True)
    report = CorpusReport(
        [measure_sizes(train), measure_sizes(dev)], [], [], [], [], [], [],
        seen_names([train, dev], {}), count_copies([train, dev]), None,
    )  # fmt: skip
    said = " ".join(remarks(report))
    assert "train has only 12 of LOC, 1 of PER: a net needs" in said
    assert "LOC has 12 times as many entities as PER" in said
    assert "that another file has, too: 1." in said
    assert "100% of the names of dev are in the training data" in said


def test_many_labels_make_one_sentence_and_pictures_of_the_most_frequent() -> None:
    twice = Document("2", "Омск, Омск", (Entity(0, 4, "👤"), Entity(6, 10, "👤")))
    others = [marked(f"[L{n} Анна] дома", f"L{n}") for n in range(60)]
    train = draw_sample("train", False, [twice, *others])
    report = CorpusReport(
        [measure_sizes(train)], [], [], [], [], [], [], [], count_copies([train]), None
    )
    line = remarks(report)[0]
    assert line.startswith("train has only 2 of 👤, 1 of L0, 1 of L1, 1 of L2, 1 of L3, few of 56 ")
    drawn = page_of("train", report, [train])
    assert "most frequent labels" in drawn
    assert drawn.count("L18</text>") == 1  # a bar, and none in the picture of lengths
    assert "L40</text>" not in drawn


def test_a_document_that_comes_twice_in_dev_is_not_said_to_be_learned_twice() -> None:
    text = "Вчера в городе открыли новую библиотеку для детей и взрослых."
    dev = sample(text, text, name="dev", is_held_out=True)
    report = CorpusReport(
        [measure_sizes(dev)], [], [], [], [], [], [], [], count_copies([dev]), None
    )
    assert "Documents that come twice, and count twice: 1." in remarks(report)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    chance = random.Random(0)
    names, places = ["Анна", "Пётр", "<b>Злой</b>"], ["Омске", "Москве", "Риме"]
    for file, count in (("train", 12), ("dev", 4)):
        made = [
            marked(
                f"Мэр [PER {chance.choice(names)}] живёт в [LOC {chance.choice(places)}].", f"{n}"
            )
            for n in range(count)
        ]
        corpora.write(folder / f"{file}.jsonl", made)
    return folder


def test_the_command_writes_one_page_that_loads_nothing(page: Path) -> None:
    files = [str(page / "train.jsonl"), str(page / "dev.jsonl")]
    done = run.invoke(app, ["corpora", "report", *files, "-o", str(page / "out")])
    assert done.exit_code == 0, done.output
    html = (page / "out" / "index.html").read_text("utf-8")
    assert "<b>Злой" not in html
    assert "&lt;b&gt;Злой" in html
    assert html.count("<svg") == 4
    assert not re.search(r"(src|href)=[\"'](?!#)", html)
    assert "Москва" in html  # the base form, which no text has


def test_the_figures_can_be_had_as_json(page: Path) -> None:
    done = run.invoke(app, ["corpora", "report", str(page / "train.jsonl"), "--json"])
    report = json.loads(done.stdout)
    assert report["files"][0]["documents"] == 12
    assert report["doubts"] is None
    assert {row["label"] for row in report["words"]} == {"PER", "LOC"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch.jsonl"], "no such file"),
        (["own_news", "--tagger", "nosuch"], "unknown tagger 'nosuch'"),
        (["own_news", "--map", "PER"], "expected FROM=TO"),
        (["own_news", "-o", "README.md/page"], "README.md is a file: name another folder"),
    ],
)
def test_wrong_arguments_are_errors_of_a_line(arguments: list[str], said: str) -> None:
    failed = run.invoke(app, ["corpora", "report", *arguments])
    assert said in str(failed.exception)
    assert "\n" not in str(failed.exception)


def test_an_empty_file_is_named_as_it_was_given(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("")
    failed = run.invoke(app, ["corpora", "report", str(tmp_path / "empty.jsonl")])
    assert f"{tmp_path / 'empty.jsonl'}: holds no documents" in str(failed.exception)
