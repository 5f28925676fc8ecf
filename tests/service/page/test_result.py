"""A reader explores a result by mouse and by keyboard: names, mentions, differences, labels."""

import pytest

from tests.service.page.driver import LAX, STRICT, Open, clear, columns, drawn, expected, tag, until

pytestmark = pytest.mark.slow  # a browser takes 10 s to start


def test_hovering_shows_label_score_and_offsets(opened: Open) -> None:
    page = opened()
    tag(page, "Встретил Петров Анна")
    page.locator("mark", has_text="Петров").hover()
    tip = page.get_by_role("tooltip")
    assert tip.inner_text().split("\n") == [
        "PER: человек",
        "начальная форма: Петров",
        "фамилия: Петров",
        "вероятность 0,75",
        "позиции 9–15",
    ]
    page.locator("h1").hover()
    tip.wait_for(state="hidden")


def test_the_keyboard_alone_does_it_all(opened: Open) -> None:
    page = opened()
    page.locator("#text").fill("Петров, Анна, Петрова, Тула и Петрову")
    page.locator("#text").press("Control+Enter")
    until(page, "() => document.querySelectorAll('mark').length === 5")
    page.locator("#labels button").last.focus()
    page.keyboard.press("Tab")
    focused = "document.activeElement.textContent"
    assert page.evaluate(focused) == "Петров"
    page.get_by_role("tooltip").wait_for(state="visible")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == "Анна"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "Петрову"
    page.keyboard.press("Enter")
    assert page.locator(".same").all_inner_texts() == ["Петров", "Петрову"]
    assert page.locator(".mention mark").all_inner_texts() == ["Петров", "Петрову"]
    page.keyboard.press("Escape")
    assert page.locator(".same").count() == 0


def test_a_click_on_an_entity_lists_its_mentions_and_each_leads_to_its_place(opened: Open) -> None:
    page = opened()
    tag(page, "Анна ушла.\n" + "Тишина была полной. " * 400 + "\nАнна вернулась в Тула.")
    page.locator("#rows mark").first.click()
    assert page.locator(".entry[aria-expanded=true] .surface").inner_text() == "Анна"
    assert page.locator(".mention").count() == 2
    page.locator(".mention").last.click()
    last = page.locator("mark.same").last
    until(page, "mark => mark === document.activeElement", last.element_handle())


def test_the_names_are_those_of_the_answer(opened: Open) -> None:
    page = opened()
    tag(page, "Ивана Петрова ждали. Петрову звонили из Москвы. Петров был в Москве.")
    shown = page.locator(".entry").all_inner_texts()
    surfaces = page.locator(".entry .surface").all_inner_texts()
    answer = page.evaluate(
        """text => fetch("ner", {
          method: "POST",
          headers: {"content-type": "application/json"},
          body: JSON.stringify({text, tagger: "strict", normal: true}),
        }).then(response => response.json())""",
        page.locator("#text").input_value(),
    )
    names = sorted(answer["names"], key=lambda name: -len(name["mentions"]))
    assert surfaces == [name["normal"] for name in names]
    assert [f"×{len(name['mentions'])}" for name in names] == [s.split("\n")[-1] for s in shown]
    assert "Петров" in surfaces


def test_a_name_shows_its_parts_and_a_mark_its_base_form(opened: Open) -> None:
    page = opened()
    tag(page, "Встретили Анны")
    page.locator("mark", has_text="Анны").hover()
    tip = page.get_by_role("tooltip").inner_text().split("\n")
    assert tip[:3] == ["PER: человек", "начальная форма: Анна", "имя: Анна"]
    page.locator("mark", has_text="Анны").click()
    assert page.locator(".parts").inner_text() == "имя: Анна"
    page.locator("#language").click()
    page.locator("mark", has_text="Анны").click()
    assert page.locator(".parts").inner_text() == "first name: Анна"


def test_names_of_several_answers_are_one_by_a_mention_or_the_base_form(opened: Open) -> None:
    page = opened()
    text = "Олега Берегового ждали. Береговой пришёл. Береговой ушёл в Тулу."
    whole, last = {"start": 0, "end": 16, "label": "PER"}, {"start": 24, "end": 33, "label": "PER"}
    again, place = (
        {"start": 42, "end": 51, "label": "PER"},
        {"start": 59, "end": 63, "label": "LOC"},
    )
    parts = {"first": "Олег", "middle": None, "last": "Береговой"}
    first = {
        "entities": [whole, last],
        "names": [{"label": "PER", "normal": "Олег Береговой", "parts": parts, "mentions": [0, 1]}],
    }
    second = {
        "entities": [last, again, place],
        "names": [
            {"label": "PER", "normal": "Береговой", "parts": None, "mentions": [0, 1]},
            {"label": "LOC", "normal": None, "mentions": [2]},
        ],
    }
    script = "([text, answers]) => import('./web/names.js').then(m => m.groups(text, answers))"
    for answers in ([first, second], [second, first]):
        person, town = page.evaluate(script, [text, answers])
        assert person["name"] == "Олег Береговой"
        assert person["parts"] == parts
        assert person["mentions"] == [whole, last, again]
        assert (town["name"], town["mentions"]) == ("Тулу", [place])


def test_mentions_are_counted_anew_where_a_label_is_off(opened: Open) -> None:
    page = opened()
    answer = {
        "entities": [{"label": "LOC"}, {"label": "PER"}, {"label": "LOC"}, {"label": "PER"}],
        "names": [
            {"label": "LOC", "normal": "Тула", "mentions": [0, 2]},
            {"label": "PER", "normal": "Анна", "mentions": [1, 3]},
        ],
    }
    script = "a => import('./web/names.js').then(m => m.withoutLabels(a, new Set(['LOC'])))"
    kept = page.evaluate(script, answer)
    assert kept["entities"] == [{"label": "PER"}, {"label": "PER"}]
    assert kept["names"] == [{"label": "PER", "normal": "Анна", "mentions": [0, 1]}]


def test_comparing_shows_each_tagger_and_marks_what_differs(opened: Open) -> None:
    text = (
        "Анна и Петров.\n"
        + "и все молчали весь вечер, " * 40
        + "\nИван в Туле, Беловы в Минске, Ия."
    )
    page = opened()
    tag(page, text, "")
    assert columns(page, "strict") == (text, expected(STRICT, text))
    assert columns(page, "lax") == (text, expected(LAX, text))
    differing = ["Туле", "Беловы", "Минске", "Ия"]
    assert page.locator("[data-tagger=strict] .differs").all_inner_texts() == differing
    assert page.locator("[data-tagger=lax] .differs").all_inner_texts() == differing[:-1]
    assert page.locator(".gap").all_inner_texts() == ["Ия"]
    assert page.locator(".cell:has(.gap)").get_attribute("data-tagger") == "lax"
    assert page.locator("#differences tbody th").all_inner_texts() == differing
    assert page.locator("#differences tbody tr").first.inner_text().split() == [
        "Туле",
        "PER",
        "LOC",
    ]
    assert page.locator("#agreed").inner_text() == "согласны: 3 из 7"
    assert page.locator("#labels button").first.inner_text().endswith("6 / 2")
    page.locator("#only").check()
    assert page.locator(".row:visible").count() == 1
    page.locator("#differences button").first.click()
    assert page.evaluate("document.activeElement.textContent") == "Туле"


def test_places_are_all_spans_and_agree_where_all_lists_do(opened: Open) -> None:
    page = opened()
    script = "lists => import('./web/compare.js').then(m => m.places(lists))"
    span = {"start": 0, "end": 4, "label": "PER"}
    longer, inside = {**span, "end": 9}, {**span, "start": 5, "end": 9}
    later = {"start": 20, "end": 22, "label": "LOC"}
    found = page.evaluate(script, [[span, inside, later], [longer, later], [later]])
    assert [(p["start"], p["end"], p["agreed"]) for p in found] == [(0, 9, False), (20, 22, True)]
    assert found[0]["entities"] == [[span, inside], [longer], []]


def test_a_label_that_is_switched_off_leaves_text_list_and_request(opened: Open) -> None:
    page = opened()
    tag(page, "Анна и Петров в Тула")
    page.locator("#labels button", has_text="LOC").click()
    assert page.locator("mark:visible").all_inner_texts() == ["Петров"]
    assert page.locator(".entry").count() == 1
    page.get_by_role("tab", name="curl").click()
    page.locator("#preview", has_text='"labels":["PER"]').wait_for()
    page.locator("#labels button", has_text="LOC").click()
    assert page.locator("#rows mark").count() == 3


def test_alt_and_arrows_bring_back_earlier_texts(opened: Open) -> None:
    page = opened()
    for text in ("Анна уехала", "Тула ждёт"):
        tag(page, text)
    for key, text in (("ArrowUp", "Анна уехала"), ("ArrowDown", "Тула ждёт")):
        page.locator("#text").focus()
        clear(page)
        page.keyboard.press(f"Alt+{key}")
        drawn(page)
        assert page.locator("#text").input_value() == text
        assert columns(page)[0] == text
    page.locator("#forth").wait_for(state="hidden")


def test_the_answer_is_always_that_of_the_choice_and_of_the_text(opened: Open) -> None:
    page = opened(expect="Failed to load resource")
    tag(page, "Беловы и Анна")
    clear(page)
    page.locator("input[name=tagger][value=lax]").check()
    drawn(page)
    assert columns(page) == ("Беловы и Анна", expected(LAX, "Беловы и Анна"))
    page.locator("#text").fill("Беловы")
    assert "изменён" in page.locator("#stale").inner_text()
    page.locator("#text").fill("Беда")
    page.locator("#submit").click()
    page.locator("#problem:not(:empty)").wait_for()
    page.locator("#result").wait_for(state="hidden")
    tag(page, "Анна")
    page.locator("#clear").click()
    page.locator("#result").wait_for(state="hidden")


def test_a_link_brings_back_a_text_that_nobody_was_sent(opened: Open) -> None:
    page = opened()
    text = "Анна & Беловы #1\nв Тула"
    tag(page, text, "lax")
    page.get_by_role("button", name="Ссылка на текст").click()
    page.get_by_text("Скопировано").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.goto("about:blank")
    page.goto(link)
    drawn(page)
    assert page.locator("#text").input_value() == text
    assert page.locator("input[value=lax]").is_checked()
    assert columns(page) == (text, expected(LAX, text))
    assert not any("text=" in url.partition("#")[0] for url in sent)
    tag(page, "Анна " * 9_000)
    page.get_by_role("button", name="Ссылка на текст").click()
    page.get_by_text("слишком длинный").wait_for()


def test_entities_below_a_probability_are_not_shown(opened: Open) -> None:
    page = opened()
    tag(page, "Анна и Беловы")
    assert page.locator("#rows mark").count() == 2
    page.locator("#least-score").fill("0.8")
    assert page.locator("#rows mark").count() == 0
    assert "80" in page.locator("#least-shown").inner_text()
    page.locator("#least-score").fill("0.75")
    assert page.locator("#rows mark").count() == 2
    assert page.locator("#names .entry").count() == 2
