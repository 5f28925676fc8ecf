"""Rules of users: phrases in every case form, patterns, contexts, allow lists, and their errors."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner_service.errors import MissingExtra, ModelError, UnknownTagger
from ner_service.files import write_text
from ner_service.names.dictionary import load_analyzer
from ner_service.names.masking.identifiers import is_available
from ner_service.names.pymorphy import Pymorphy
from ner_service.taggers.registry import check_present, check_spec, leaves, load_tagger, state_of
from ner_service.taggers.rules import files
from ner_service.taggers.rules.case_forms import CaseForms
from ner_service.taggers.rules.finders import longest_first
from ner_service.taggers.rules.gazetteer import Gazetteer
from ner_service.taggers.rules.sets import RUNS, GrammarFinder, load_set
from ner_service.taggers.rules.stems import Stems, fold, may_be_form
from ner_service.text.sentences import sentenize

PHRASES = [
    "Москва", "Министерство обороны", "Красная площадь", "Иван Грозный", "ООО Ромашка", "Рааб",
    "паспорт", "Санкт-Петербург", "Совет Федерации", "Орёл", "Объединённые Арабские Эмираты",
    "Apple", "iPhone 15", "Анна", "Московский вокзал", "т. е.", "А. С. Пушкин",
]  # fmt: skip


@pytest.fixture(scope="module")
def forms() -> CaseForms:
    return CaseForms()


@pytest.fixture(scope="module")
def find(forms: CaseForms) -> Callable[[str], list[tuple[str, str]]]:
    gazetteer = Gazetteer(PHRASES, forms)
    return lambda text: [(text[m.start : m.end], PHRASES[m.phrase]) for m in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("в Москве и МОСКВУ, но не москва", ["Москве", "МОСКВУ"]),
        ("Министерства обороны, Министерством обороны", ["Министерства обороны", "Министерством обороны"]),
        ("на Красной площади, Красную площадь", ["Красной площади", "Красную площадь"]),
        ("Красной площадь", []),
        ("Ивану Грозному; Иван, Грозный", ["Ивану Грозному"]),
        ("Иван. Грозный", []),
        ("с ООО «Ромашкой».", ["ООО «Ромашкой»"]),
        ("Рааба и Раабом", ["Рааба", "Раабом"]),
        ("паспортов, Паспорта", ["паспортов", "Паспорта"]),
        ("Санкт-Петербургу", ["Санкт-Петербургу"]),
        ("Советом Федерации", ["Советом Федерации"]),
        ("Советом Федераций", []),
        ("у Орла и у Орлa", ["Орла"]),
        ("Объединенных Арабских Эмиратах", ["Объединенных Арабских Эмиратах"]),
        ("Apple, apple, Apples", ["Apple"]),
        ("iPhone 15 и iPhone 16", ["iPhone 15"]),
        ("к А. С. Пушкину и А. С. Пушкина", ["А. С. Пушкину", "А. С. Пушкина"]),
        ("Анне, Аннабель", ["Анне"]),
        ("Московского вокзала Москвы", ["Московского вокзала", "Москвы"]),
        ("то есть т. е. так", ["т. е"]),
        ("Иван\n\nГрозный", []),
        ("İ Москве", ["Москве"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_phrase_is_found_in_every_case_and_in_no_other_word(
    find: Callable[[str], list[tuple[str, str]]], text: str, found: list[str]
) -> None:
    assert [surface for surface, _ in find(text)] == found


def test_every_form_of_the_dictionary_has_the_stem_of_its_base_form() -> None:
    """An oracle: pymorphy3's own paradigms, of words that change inside."""
    morphology, stems = Pymorphy(), Stems()
    words = "отец лев пёс день москва иванов орёл павел путь александр якорь"
    for word in words.split():
        for reading in morphology.readings(word):
            if reading.features.case == "Nom" and reading.is_known:
                for form, _, _ in morphology.forms(reading):
                    folded = fold(form)
                    if folded != "отче":  # the vocative
                        assert stems[folded] == stems[fold(word)]
                        assert may_be_form(folded, fold(word))


@given(
    st.sampled_from(("мишустин", "кекишвили", "орешкина", "гжельский", "москва", "дзюба", "нет")),
    st.text("аеиоуыэюяйьмхгв", max_size=3),
)
def test_a_word_alone_is_a_form_just_where_it_is_one_as_a_phrase(
    forms: CaseForms, base: str, ending: str
) -> None:
    for cut in range(3):
        word = base[: len(base) - cut] + ending
        assert forms.match_word(word, base) == forms.match((word,), (base,))


def test_a_list_begins_with_any_letter_that_is_folded_to_a_phrases_first(forms: CaseForms) -> None:
    gazetteer = Gazetteer(["ёлка", "Ёжик", "σίγμα", "1С"], forms)
    text = "Елка, ёлки, Ежика, Ёжику, ежи, Σίγμα, 1С, 1с"
    found = [text[match.start : match.end] for match in gazetteer.find(text)]
    assert found == ["Елка", "ёлки", "Ежика", "Ёжику", "Σίγμα", "1С", "1с"]


def test_phrases_of_one_stem_are_told_apart(forms: CaseForms) -> None:
    phrases = ["Иванов", "Иванова", "Иваново", "Ивановский"]
    gazetteer = Gazetteer(phrases, forms)
    found = [phrases[m.phrase] for m in gazetteer.find("Иванов, Иванова, Иваново, Ивановским")]
    assert found == phrases


def test_marks_around_a_phrase_of_one_word_are_no_part_of_it(forms: CaseForms) -> None:
    gazetteer = Gazetteer(["«Ромашка»", "Тинькофф."], forms)
    assert [m.phrase for m in gazetteer.find("у Ромашки, ромашки и Тинькоффа")] == [0, 1]


def test_the_longest_of_phrases_that_begin_alike_is_found(forms: CaseForms) -> None:
    phrases = ["Банк", "Банк России", "Банк России и Китая", "Банк Китая и Тайваня"]
    gazetteer = Gazetteer(phrases, forms)
    text = "Банку, Банком России, Банка России и Китая, Банк России и, Банк Китая и"
    assert [m.phrase for m in gazetteer.find(text)] == [0, 1, 2, 1, 0]


def test_exact_phrases_are_found_as_they_are_written() -> None:
    gazetteer = Gazetteer(["Москва"], None)
    assert [m.start for m in gazetteer.find("Москва, Москве, МОСКВА")] == [0, 16]


RULES = """
[[phrases]]
label = "ORG"
phrases = ["Ромашка"]
file = "companies.txt"

[[phrases]]
label = "DRUG"
phrases = ["анальгин"]
context = ["таблетка"]

[[patterns]]
label = "CASE"
regex = ' ?А\\d{2}-\\d+/\\d{4}'

[[allow]]
phrases = ["Иван Петров"]
labels = ["PER"]
"""
TEXT = "Ивану Петрову и Анне Карениной из «Ромашки» и Василька дали таблетку анальгина, А40-1/2020."


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "companies.txt").write_text("Василёк\n\n", encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(RULES, encoding="utf-8")
    return path


def surfaces_of(spec: str, text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    (entities,) = load_tagger(spec).tag([text])
    return [(text[e.start : e.end], e.label, e.sources) for e in entities]


def test_rules_win_over_the_tagger_behind_them_and_allow_lists_drop(mine: Path) -> None:
    rules = ("rules:mine.toml",)
    assert surfaces_of(f"rules:{mine}+bilstm", TEXT) == [
        ("Анне Карениной", "PER", ("bilstm",)),
        ("Ромашки", "ORG", rules),
        ("Василька", "ORG", rules),
        ("анальгина", "DRUG", rules),
        ("А40-1/2020", "CASE", rules),
    ]


def test_a_word_of_the_context_must_stand_near(mine: Path) -> None:
    assert surfaces_of(f"rules:{mine}", "анальгин") == []
    assert surfaces_of(f"rules:{mine}", f"анальгин {'и так далее ' * 6} таблеток") == []
    assert [s for s, *_ in surfaces_of(f"rules:{mine}", "таблетками, анальгин")] == ["анальгин"]


def test_rules_alone_have_no_scores_and_beside_scores_they_are_certain(mine: Path) -> None:
    alone, beside = load_tagger(f"rules:{mine}"), load_tagger(f"rules:{mine}+bilstm")
    assert alone.info.score_kind == "none"
    assert beside.info.score_kind == "raw"
    assert {"PER", "LOC", "ORG", "DRUG", "CASE"} == set(beside.info.labels)
    ((entity,),) = beside.tag(["«Ромашка»"])
    assert entity.score == 1


def test_a_combination_may_stand_behind_rules_and_rules_in_a_combination(mine: Path) -> None:
    behind = f"rules:{mine}+union:natasha+bilstm"
    assert leaves(behind) == [f"rules:{mine}", "natasha", "bilstm"]
    assert surfaces_of(behind, TEXT)[0] == ("Анне Карениной", "PER", ("natasha", "bilstm"))
    assert leaves(f"vote:(rules:{mine}+bilstm)+natasha") == [f"rules:{mine}", "bilstm", "natasha"]


def test_patterns_of_spacys_entity_ruler_are_rules(tmp_path: Path) -> None:
    path = tmp_path / "patterns.jsonl"
    path.write_text(
        '{"label": "ORG", "pattern": "Ромашка", "id": "flower"}\n'
        '{"label": "ORG", "pattern": "Apple", "forms": "exact"}\n'
        '{"label": "GPE", "pattern": [{"LOWER": "san"}, {"LOWER": "francisco"}]}\n'
    )
    assert [s[:2] for s in surfaces_of(f"rules:{path}", "Ромашкой, Apple, San  Francisco")][:2] == [
        ("Ромашкой", "ORG"),
        ("Apple", "ORG"),
    ]
    assert surfaces_of(f"rules:{path}", "из San Francisco")[0][:2] == ("San Francisco", "GPE")


def test_dates_and_money_are_found_by_natashas_grammars() -> None:
    text = "Суд 24 января 2017 года взыскал 5,5 млн рублей. Потом 05.12.2011 ещё 3 евро"
    assert [s[:2] for s in surfaces_of("rules:dates+money", text)] == [
        ("24 января 2017 года", "DATE"),
        ("5,5 млн рублей", "MONEY"),
        ("05.12.2011", "DATE"),
        ("3 евро", "MONEY"),
    ]


AMOUNT = "5 000 000,50 (пять миллионов рублей пятьдесят копеек) рублей"
DATES = "24 января 2017 года, 05.12.11, 7 мая, май 1999 г., 2016–2017 гг."


@pytest.mark.parametrize("apart", [1, 250, 299, 301, 650, 2_500])
def test_grammars_read_what_stands_around_a_sign(apart: int) -> None:
    """The grammars find in a long sentence what they find in its parts."""
    money, dates = (load_set(name) for name in ("money", "dates"))
    gap = "и 7 " * (apart // 4)
    text = f"{AMOUNT} а {gap} {DATES} {gap} {AMOUNT} а {DATES}"
    for finder, part in ((money, AMOUNT), (dates, DATES)):
        alone = [part[start:end] for start, end, _ in finder.find(part)]
        assert alone
        assert [text[start:end] for start, end, _ in finder.find(text)] == alone * 2


WORDS = (
    *(
        "24",
        "5",
        "05.12.2011",
        "2017",
        "000",
        "1,5",
        "января",
        "МАЯ",
        "май",
        "Года",
        "г.",
        "гг",
        "лет",
    ),
    *("руб.", "рублями", "р", "$", "евро", "тыс.", "т.", "млн", "тыщ", "коп", "к.", "центов", "¢"),
    *("(", ")", "/", "пять", "целых", "а)", "и", "Суд", "Apple", ",", "«", "\n", ";", "1)"),
)


GRAMMARS: dict[str, GrammarFinder] = {}  # loading one takes a second


@given(st.lists(st.sampled_from(WORDS), max_size=25), st.sampled_from([" ", ""]))
def test_grammars_find_in_runs_what_they_find_in_the_whole(words: list[str], between: str) -> None:
    text = between.join(words)
    for name in ("dates", "money"):
        finder = GRAMMARS.setdefault(name, GrammarFinder(name))
        found = [(start, end) for start, end, _ in finder.find(text)]
        whole = [
            (start + match.start, start + match.stop)
            for start, end in sentenize(text)
            for match in finder._extract(text[start:end])
        ]
        assert found == whole


def test_runs_have_all_forms_of_the_words_of_a_grammar() -> None:
    analyzer = load_analyzer()
    words = {
        "dates": "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь год",
        "money": "евро доллар рубль копейка цент евроцент миллиард миллион тысяча",
    }
    for name, bases in words.items():
        wanted = {parse[2] for base in bases.split() for parse in analyzer.parse(base)}
        lexemes = [analyzer.get_lexeme(parse) for base in wanted for parse in analyzer.parse(base)]
        forms = {form[0] for lexeme in lexemes for form in lexeme if form[2] in wanted}
        assert len(forms) > 70
        assert [form for form in sorted(forms) if not RUNS[name].fullmatch(form)] == []


@pytest.mark.parametrize("lead", [0, 7, 13])
def test_no_date_or_amount_of_a_long_list_is_cut(lead: int) -> None:
    """A sentence longer than what is parsed at once has its dates and amounts whole."""
    for name, part in (("dates", "24 января 2017 года"), ("money", "5 000 000 рублей")):
        text = f"{'и' * lead} {', '.join([part] * 200)}"
        assert [text[start:end] for start, end, _ in load_set(name).find(text)] == [part] * 200


def test_numbers_without_a_sign_cost_no_parsing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("money", "dates"):
        finder = load_set(name)
        monkeypatch.setattr(finder, "_extract", None)
        assert list(finder.find("+7 900 123-45-67 4111 1111 1 1 1 млн " * 1_000)) == []


def test_dates_and_money_share_one_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    load_analyzer()
    monkeypatch.setattr("pymorphy3.MorphAnalyzer", None)
    monkeypatch.setattr("pymorphy3.analyzer.MorphAnalyzer", None)
    assert surfaces_of("rules:dates+money", "Суд 24 января")[0][:2] == ("24 января", "DATE")


@pytest.mark.parametrize("spec", ["rules:dates+dates", "rules:dates+money+dates+natasha"])
def test_rules_are_named_once(spec: str) -> None:
    with pytest.raises(UnknownTagger, match="names 'dates' twice: name it once"):
        load_tagger(spec)


def test_identifiers_are_a_set_of_rules() -> None:
    if not is_available():
        with pytest.raises(MissingExtra):
            load_tagger("rules:identifiers")
        pytest.skip("the extra pii is not installed")
    assert surfaces_of("rules:identifiers", "почта: anna@example.org")[0][:2] == (
        "anna@example.org",
        "EMAIL",
    )


@pytest.mark.parametrize(
    ("spec", "library", "extra"),
    [
        ("rules:identifiers", "stdnum", "pii"),
        ("vote:bilstm+(rules:dates+identifiers+natasha)", "stdnum", "pii"),
        ("rules:{folder}/tokens.jsonl+bilstm", "spacy", "spacy"),
    ],
)
def test_a_library_that_rules_need_is_missed_before_anything_loads(
    spec: str, library: str, extra: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tokens.jsonl"
    path.write_text('{"label": "A", "pattern": "a"}\n{"label": "A", "pattern": [{"LOWER": "a"}]}')

    def find(name: str) -> object | None:
        return None if name == library else object()

    monkeypatch.setattr(files, "find_spec", find)
    with pytest.raises(MissingExtra, match=rf"no {library}\) needs: .*\[{extra}\]"):
        check_present(spec.format(folder=tmp_path))
    check_present("rules:dates+bilstm")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"has no rule: add \[\[phrases\]\], \[\[patterns\]\] or \[\[allow\]\]"),
        ("phrases = 3", r"phrases: expected tables: write \[\[phrases\]\] above each"),
        ("[phrases]\nlabel = 'A'", r"phrases: expected tables: write \[\[phrases\]\] above each"),
        ("phrases = ['a']", r"phrases\[0\]: expected a table: write \[\[phrases\]\] above its keys"),
        ("[[phrase]]\nlabel = 'A'", r"phrase: no such key; did you mean phrases\?"),
        ("a = 1", "a: no such key; there are phrases, patterns, allow"),
        ("[[phrases]]\nlabel = 'A'\nphrases = 'a'", r"phrases\[0\].phrases: expected a list, such as phrases = \[\"...\"\]"),
        ("[[phrases]]\nlabel = 'A'", r"phrases\[0\]: has no phrase: write phrases = "),
        ("[[phrases]]\nlabel = ''\nphrases = ['a']", r"phrases\[0\].label: String should have at"),
        ("[[phrases]]\nlabel = 'A'\nphrases = ['!']", r"phrases\[0\].phrases\[0\]: has 0 words"),
        ("[[phrases]]\nlabel = 'A'\nphrases = ['a']\ncontext = ['b', '!']", r"phrases\[0\].context\[1\]: has 0 words"),
        ("[[patterns]]\nlabel = 'A'\nregex = 'a'\ncontext = ['?']", r"patterns\[0\].context\[0\]: has 0 words"),
        ("[[phrases]]\nphrases = ['a']", r"phrases\[0\].label: is missing: add it"),
        ("[[phrases]]\nlabel = 'A'\nphrase = ['a']", r"phrases\[0\].phrase: no such key; did you mean phrases\?"),
        ("[[patterns]]\nlabl = 'A'\nregex = 'a'", r"patterns\[0\].labl: no such key; did you mean label\?"),
        ("[[allow]]\nlabel = 'A'\nwords = ['a']", r"allow\[0\].label: no such key; did you mean labels\?"),
        ("[[patterns]]\nlabel = 'A'\nregex = 'a'\nx = 1", r"patterns\[0\].x: no such key; there are label, regex, context"),
        ("[[phrases]]\nlabel = 'A'\nfile = 'none.txt'", r"phrases\[0\].file: .*none.txt: No such file"),
        ("[[phrases]]\nlabel = 'A'\nphrases = ['a']\nforms = 'all'", r"phrases\[0\].forms: Input should be 'cases' or 'exact'"),
        ("[[patterns]]\nlabel = 'A'\nregex = '('", r"patterns\[0\].regex: is no regular expression"),
        ("[[patterns]]\nlabel = 'A'\nregex = 'a*'", r"patterns\[0\].regex: matches the empty text"),
        ("[[patterns]]\nlabel = 'A'\nregex = 1", r"patterns\[0\].regex: Input should be a valid string"),
        ("[phrases", "is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_line_that_names_entry_and_field(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ModelError, match=message) as error:
        load_tagger(f"rules:{path}")
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "wrong.jsonl:2: is no JSON"),
        ("[]", "wrong.jsonl:2: expected"),
        ('{"label": 1, "pattern": "a"}', "wrong.jsonl:2: label: expected a string"),
        ('{"label": "A", "pattern": 1}', "wrong.jsonl:2: pattern: expected a phrase, or a list"),
        ('{"label": "A", "pattern": "!"}', "wrong.jsonl:2: pattern: has 0 words"),
        ('{"label": "A", "pattern": ""}', "wrong.jsonl:2: pattern: has 0 words"),
        ('{"label": "A", "pattern": "a", "forms": 1}', "wrong.jsonl:2: forms: expected"),
        (
            '{"label": "A", "pattern": [{"LEMMA": "a"}]}',
            "wrong.jsonl:2: pattern: LEMMA needs a pipeline",
        ),
        (
            '{"label": "A", "pattern": [{"_": {"x": 1}}]}',
            "wrong.jsonl:2: pattern: _ needs a pipeline",
        ),
        (
            '{"label": "A", "pattern": [{}, {"NOBODY": "a"}]}',
            r"wrong.jsonl:2: pattern\[1\].NOBODY: is no key",
        ),
        (
            '{"label": "A", "pattern": [{"LOWER": {"IN": 5}}]}',
            r"wrong.jsonl:2: pattern\[0\].LOWER.IN: Input",
        ),
        (
            '{"label": "A", "pattern": [{"LOWER": {"REGEX": "("}}]}',
            "wrong.jsonl:2: pattern: missing",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "wrong.jsonl"
    path.write_text('{"label": "ORG", "pattern": "Ромашка"}\n' + line)
    with pytest.raises(ModelError, match=message) as error:
        load_tagger(f"rules:{path}")
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_is_told_before_anything_is_loaded() -> None:
    with pytest.raises(ModelError, match=r"nowhere.toml: no such file of rules"):
        check_present("rules:nowhere.toml+bilstm")
    with pytest.raises(ModelError, match=r"nowhere.toml: no such file of rules"):
        load_tagger("rules:nowhere.toml")
    with pytest.raises(UnknownTagger, match="unknown tagger 'nobody'"):
        check_spec("rules:dates+nobody")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Анна\n\n!?\n".encode(), "long.txt:3: has 0 words"),
        (("а" * 1_001).encode(), "long.txt:1: has 1001 characters: expected at most 1000"),
        (("а " * 31).encode(), "long.txt:1: has 31 words"),
        ("Анна\nБорис\n".encode("cp1251"), "long.txt:1: "),
        (b"\n \n", "has no phrase: write phrases ="),
    ],
)
def test_a_wrong_list_is_one_line_that_names_its_place(
    tmp_path: Path, data: bytes, message: str
) -> None:
    (tmp_path / "long.txt").write_bytes(data)
    path = tmp_path / "rules.toml"
    path.write_text("[[phrases]]\nlabel = 'A'\nfile = 'long.txt'")
    with pytest.raises(ModelError, match=message) as error:
        load_tagger(f"rules:{path}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("name", ["r.toml.gz", "r.toml.zst"])
def test_a_file_of_rules_may_be_packed_and_begin_with_a_mark(name: str, tmp_path: Path) -> None:
    rules = "\ufeff[[phrases]]\nlabel = 'A'\nphrases = ['Ромашка']\ncontext = [\"в\\nполе\"]"
    write_text(tmp_path / name, [rules])
    assert surfaces_of(f"rules:{tmp_path}/{name}", "в поле ромашки: Ромашки")[0][0] == "Ромашки"


def test_a_running_service_notices_changed_rules_and_lists(mine: Path) -> None:
    before = state_of(f"rules:{mine}")
    assert before == state_of(f"rules:{mine}")
    (mine.parent / "companies.txt").write_text("Лютик\n", encoding="utf-8")
    assert state_of(f"rules:{mine}") != before


def test_other_rules_have_another_hash(mine: Path) -> None:
    before = load_tagger(f"rules:{mine}").info.hash
    (mine.parent / "companies.txt").write_text("Лютик\n", encoding="utf-8")
    assert load_tagger(f"rules:{mine}").info.hash != before


spans = st.builds(
    lambda start, size: (start, start + size, "A"), st.integers(0, 20), st.integers(1, 5)
)


@given(st.lists(spans, max_size=8))
def test_of_rules_that_overlap_the_longest_stays(entities: list[tuple[int, int, str]]) -> None:
    kept = [entities[n] for n in longest_first(entities)]
    assert kept == sorted(kept)
    assert all(a[1] <= b[0] for a, b in pairwise(kept))
    for start, end, _ in entities:
        rivals = [k for k in kept if k[0] < end and start < k[1]]
        assert rivals
        assert max(k[1] - k[0] for k in rivals) >= end - start


def test_the_rules_of_the_page_are_rules(tmp_path: Path) -> None:
    page = Path("docs/combining.md").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(next(b for b in page.split("```") if b.startswith("toml\n[[ph"))[5:])
    assert set(load_tagger(f"rules:{path}").info.labels) == {"ORG", "CODE", "CASE"}
