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
    assert words("Москва[1] и Сочи [12]") == ["Москва", "и", "Сочи", "(12)"]


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


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("[Анна](https://ru.example.org/Анна) и [Тула](/tula) и ![Ока](a.png)", ["Анна", "и", "Тула", "и", "Ока"]),
        ("[Анна][1] и [Тула][]", ["Анна", "и", "Тула"]),
        ("[[Анна]] и [[Тула (город)|Туле]]", ["Анна", "и", "Туле"]),
        ("[id12|Анна], [club3|Тула]", ["Анна", ",", "Тула"]),
        ("[b]Анна[/b] и [url=http://a.ru]Тула[/url]", ["Анна", "и", "Тула"]),
        ("{Анна} и \\textbf{Тула}", ["Анна", "и", "Тула"]),
        ("Анна[1][2], Тула[3, 4–7] и Ока»[^5]", ["Анна", ",", "Тула", "и", "Ока»"]),
        ("Анна[а] и Тула[прим. 2][источник не указан 406 дней]", ["Анна", "и", "Тула"]),
        ("Тула{1}", ["Тула"]),
        ("Б[илибин] и Лен[инградского]", ["Билибин", "и", "Ленинградского"]),
        ("[Тула] и [директор](Анна)", ["Тула", "и", "(директор)(Анна)"]),
        ("Анна\\nТула\\r\\nОка", ["Анна", "Тула", "Ока"]),
        ("вот:] и C:\\new", ["вот:]", "и", "C:\\new"]),
    ],
)  # fmt: skip
def test_markup_in_brackets_is_no_part_of_names(text: str, read_as: list[str]) -> None:
    assert words(text) == read_as


def test_the_bar_of_a_link_parts_no_cells() -> None:
    assert units("был в [[Тула|Туле]] и в [[Ока (река)|Оке]]") == [
        "был в [[Тула|Туле]] и в [[Ока (река)|Оке]]"
    ]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Ка&shy;лу<wbr>га", ["Калуга"]),
        ("&amp;laquo;Роснефть&amp;raquo;", ["«Роснефть»"]),
        ("Анна<sup>1</sup> и Тула<sup><a href='#n'>[2]</a></sup>", ["Анна", "и", "Тула"]),
        ("<nobr>Анна</nobr> и <persName type='x'>Тула</persName>", ["Анна", "и", "Тула"]),
        ("Иван <ivan@example.org>, <Тула>", ["Иван", "<ivan@example.org>,", "<Тула>"]),
        ("a <или> d", ["a", "<или>", "d"]),
        ("caf&amp;eacute; &amp;", ["café", "&"]),
    ],
)  # fmt: skip
def test_what_html_adds_to_a_word_is_no_part_of_it(text: str, read_as: list[str]) -> None:
    assert words(text) == read_as


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("（Тула），１９９０", "(Тула),1990"),
        ("「Тула」 ❝Ока❞ ‹Ока›", '«Тула» "Ока" «Ока»'),
        ("Россия › Тула", "Россия , Тула"),
        ("𝐀𝐩𝐩𝐥𝐞 и 𝟐𝟎", "Apple и 20"),
    ],
)
def test_a_character_is_read_as_the_common_one_it_stands_for(text: str, read_as: str) -> None:
    assert " ".join(read(text).text.split()) == read_as


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Моско'вский и Пу´шкин и Москва´ и Са’ше", ["Московский", "и", "Пушкин", "и", "Москва", "и", "Саше"]),
        ("О'Генри, д'Артаньян, Са'ади, IBM'а", ["О'Генри,", "д'Артаньян,", "Са'ади,", "IBM'а"]),
        ("г.~Тула и И.~О.~Анна", ["г.", "Тула", "и", "И.", "О.", "Анна"]),
    ],
)  # fmt: skip
def test_signs_of_stress_and_ties_are_seen_through(text: str, read_as: list[str]) -> None:
    assert words(text) == read_as


SUBTITLES = """1
00:00:01,000 --> 00:00:03,500
Вчера в гостях у нас были поэт Иван

2
00:00:03,600 --> 00:00:05,000
Петров и его учитель, которого знают все.
"""


def test_a_sentence_goes_on_in_the_next_subtitle() -> None:
    assert units(SUBTITLES) == [SUBTITLES.strip()]
    assert words(SUBTITLES)[:2] == ["Вчера", "в"]


def test_white_space_before_every_line_parts_nothing() -> None:
    text = "Вчера в Москву прилетел глава МИД Сергей\nЛавров и президент Владимир\nПутин."
    for indent in ("    ", "\t"):
        assert len(units(text.replace("\n", f"\n{indent}"))) == 1


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
     "&quot;", "&amp;", "&shy;", "[[", "]]", "](a.ru)", "[", "{", "}", "\\n", "[b]", "‹", "›", "Ａ", "'", "´", "\n2\n00:00:01,000 --> 00:00:02,000\n", "<b>", "</li>", "- ", "1. ", "> ", "Имя: ", ".", " ", "   ", "\u200d", "¹", "[1]", "\x00"]
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
