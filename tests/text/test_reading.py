"""Everyday text is read for nets: signs, hyphens, markup and lines are seen through."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ner_service.text import signs
from ner_service.text.letter_spacing import SPACED_WORD
from ner_service.text.reading import read
from ner_service.text.spelling import HIDDEN, respell_token

JOIN = "\u2060"


def words(text: str) -> list[str]:
    """Returns the words as they are read, without white space and hidden characters."""
    return [respell_token(0, len(word), word)[2] for word in read(text).text.split()]


def units(text: str) -> list[str]:
    """Returns the parts of the text, as it came, that names cannot reach across."""
    ends = [*read(text).ends, len(text)]
    return [text[a:b].strip() for a, b in zip([0, *ends], ends, strict=False) if text[a:b].strip()]


@pytest.mark.parametrize(
    "sign",
    ["😊", "❤️", "👨‍👩‍👧", "🇷🇺", "👍🏽", "1️⃣"[1:], "→", "•", "\uf0b7", "™", "®", "¹", "\x07", "\ufffd", "\ufffc", "†", "★", "✓"],
)  # fmt: skip
def test_a_sign_is_no_part_of_the_word_it_stands_at(sign: str) -> None:
    assert words(f"был в {sign}Москве{sign} вчера") == ["был", "в", "Москве", "вчера"]


@pytest.mark.parametrize("sign", ["→", "•", "😊", " → ", "▪", " ⇒ "])
def test_a_sign_between_two_names_parts_them(sign: str) -> None:
    assert words(f"Москва{sign}Сочи")[0].startswith("Москва")
    assert "," in read(f"Москва{sign}Сочи").text
    assert "," in read(f"Петров И.О.{sign}Сидоров А.А.").text


@pytest.mark.parametrize("sign", ["™", "®", "¹", "²"])
def test_a_sign_that_is_raised_parts_no_names(sign: str) -> None:
    assert "," not in read(f"Газпром{sign} Нефть").text


@pytest.mark.parametrize("mark", ["_", "*", "**", "~~", "`", "__"])
def test_markdown_round_a_name_is_no_part_of_it(mark: str) -> None:
    assert words(f"встретил {mark}Дональда Трампа{mark} вчера") == [
        "встретил", "Дональда", "Трампа", "вчера",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["snake_case", "AT&T", "R&D", "C++", "20 °C", "№ 5", "§ 12", "5*6", "50 %", "1/2", "a < b"],
)
def test_what_belongs_to_a_word_or_number_stays(text: str) -> None:
    assert read(text).text == text


def test_a_footnote_behind_a_word_is_no_part_of_it() -> None:
    assert words("Москва[1] и Сочи [12]") == ["Москва", "и", "Сочи", "[12]"]


@pytest.mark.parametrize("hyphen", "\u2010\u2011\u2012\u2212\ufe63\uff0d")
def test_every_hyphen_within_a_word_is_read_as_the_common_one(hyphen: str) -> None:
    assert words(f"Санкт{hyphen}Петербург") == ["Санкт-Петербург"]


@pytest.mark.parametrize("dash", "–—")
@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Москва-Сочи", ["Москва,Сочи"]),
        ("Путин-Трамп", ["Путин,Трамп"]),
        ("Ростов-на-Дону", ["Ростов-на-Дону"]),
        ("Нью-Йорк", ["Нью-Йорк"]),
        ("бизнес-центр", ["бизнес-центр"]),
        ("2019-2020", ["2019-2020"]),
    ],
)
def test_a_dash_without_blanks_parts_names_and_joins_one(
    dash: str, text: str, read_as: list[str]
) -> None:
    assert words(text.replace("-", dash)) == read_as


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Компания &quot;Газпром&quot; и &laquo;Роснефть&raquo;", ["Компания", '"Газпром"', "и", "«Роснефть»"]),
        ("Иван&nbsp;Петров", ["Иван", "Петров"]),
        ("caf&eacute;", ["café"]),
        ("&#1052;осква", ["Москва"]),
        ("<b>Москва</b> и <a href='/x'>Сочи</a>", ["Москва", "и", "Сочи"]),
        ("a <Москва> b", ["a", "<Москва>", "b"]),
        ("R&D; T&unknown; x", ["R&D;", "T&unknown;", "x"]),
    ],
)  # fmt: skip
def test_html_is_read_as_a_browser_shows_it(text: str, read_as: list[str]) -> None:
    assert words(text) == read_as


IVAN, PETR = "Иванов Иван", "Петров Пётр"


@pytest.mark.parametrize(
    "text",
    [
        f"{IVAN}\n{PETR}", f"{IVAN}\r\n{PETR}", f"{IVAN}\n\n{PETR}", f"{IVAN}\n \t\n{PETR}",
        f"{IVAN}\u2028{PETR}", f"{IVAN}\t{PETR}", f"| {IVAN} | {PETR} |", f"{IVAN}     {PETR}",
        f"- {IVAN}\n- {PETR}", f"1. {IVAN}\n2. {PETR}", f"а) {IVAN}\nб) {PETR}",
        f"• {IVAN}\n• {PETR}", f"{IVAN}; {PETR}", f"Истец: {IVAN}\nОтветчик: {PETR}",
        f"<li>{IVAN}</li><li>{PETR}</li>", f"{IVAN}<br>{PETR}", f"<td>{IVAN}</td>\n<td>{PETR}</td>",
        f"> {IVAN}\n> {PETR}", f"  {IVAN}\n  {PETR}", f"Директор {IVAN}\nБухгалтер {PETR}",
        f"Присутствовали:\n{IVAN},\n{PETR}", f"{IVAN};Москва;{PETR}",
    ],
)  # fmt: skip
def test_no_name_reaches_across_lines_cells_and_items(text: str) -> None:
    parts = units(text)
    assert not [part for part in parts if IVAN in part and PETR in part]
    assert sum(IVAN in part for part in parts) == sum(PETR in part for part in parts) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Вчера в Москву прилетел глава МИД Сергей\nЛавров и президент Владимир\nПутин.",
        "Как сообщил журналистам во вторник официальный представитель ведомства Иван\nПетров",
        "В этом году премию получила Анна,\nученица Петрова",
        "мы видели сергея\nлаврова в москве",
        "назначить товарища Козодоева\nП. Ф. начальником цеха, а инженера его заместителем",
        "Стадо перегнали, шерсть отправлена на Фрунзенский\nкомбинат, мо-\nлоко на другой завод, и ещё раз то же самое",
    ],
)
def test_a_sentence_that_is_wrapped_at_the_margin_stays_whole(text: str) -> None:
    assert units(text) == [text]


def test_a_word_broken_at_a_lines_end_is_one_word() -> None:
    assert words("в Петер-\nбурге") == ["в", "Петербурге"]
    assert words("в Санкт-\n  Петербурге") == ["в", "Санкт-Петербурге"]
    assert words("в Ростове-\nна-Дону")[-1].endswith("на-Дону")


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("О Т Р Ы В Н О Й  Т А Л О Н", ["ОТРЫВНОЙ", "ТАЛОН"]),
        ("Х Р О Н И К А. Из Б е р л и н а, вчера", ["ХРОНИКА.", "Из", "Берлина,", "вчера"]),
        ("Т А Л О Н и книга", ["ТАЛОН", "и", "книга"]),
        ("A. Б. В. Г.", ["A.", "Б.", "В.", "Г."]),
        ("классы А Б В", ["классы", "А", "Б", "В"]),
        ("И И Иванов", ["И", "И", "Иванов"]),
        ("А Б В Гимназия", ["А", "Б", "В", "Гимназия"]),
        ("А Б В Г Дом", ["А", "Б", "В", "Г", "Дом"]),
        ("да и я с вами", ["да", "и", "я", "с", "вами"]),
    ],
)
def test_a_letter_spaced_word_is_read_as_one(text: str, read_as: list[str]) -> None:
    assert words(text) == read_as


pieces = st.sampled_from(
    ["Иван", "Т А Л О Н", "Москва", "и", "в", "\n", "\r\n", "\n\n", "\t", "|", ";", "😊", "→", "‑", "–", "_", "*",
     "&quot;", "<b>", "</li>", "- ", "1. ", "> ", "Имя: ", ".", " ", "   ", "\u200d", "¹", "[1]", "\x00"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(pieces, max_size=30).map("".join))


@given(texts)
def test_offsets_stay_and_ends_lie_in_order_within_the_text(text: str) -> None:
    reading = read(text)
    assert len(reading.text) == len(text)
    assert reading.ends == sorted(set(reading.ends))
    assert not reading.ends or 0 < reading.ends[0] <= reading.ends[-1] < len(text)


@given(st.text(alphabet="абвгдАБВГД .,!?«»\"'()-:123456789", max_size=80))
def test_a_text_without_signs_is_read_as_it_stands(text: str) -> None:
    assume(not SPACED_WORD.search(text))
    assert read(text).text == text


def test_hidden_characters_are_left_to_spelling() -> None:
    assert read(f"Мос{HIDDEN}ква").text == f"Мос{HIDDEN}ква"


@given(texts)
def test_marks_are_replaced_where_the_whole_text_searched_finds_them(text: str) -> None:
    for pattern, sign in ((signs.HYPHEN, "-"), (signs.DASH, "/"), (signs.EMPHASIS, " ")):
        starts = signs.ANY_MARK if pattern is signs.EMPHASIS else signs.ANY_DASH
        found = signs.replace_at(starts, pattern, lambda mark, sign=sign: sign * len(mark[0]), text)
        assert found == pattern.sub(lambda mark, sign=sign: sign * len(mark[0]), text)
