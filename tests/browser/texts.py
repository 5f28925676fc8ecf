"""Texts that are hard to read are drawn from what reading, cutting and spelling look for."""

import re
import unicodedata
from random import Random

PIECES = """Анна Каренина Пу́шкин Андрей Mocква Hью‑Йорк Нью-Йорк Санкт–Петербург ЮНЕСКО МИД России ООО
г. ул. д. т.е. и т.д. т.п. проф. А.С. А. С. им. в. вв. млн. руб. 5% $100 1990-х 3,5 10/12 № 7 XIV IV.
iPhone yahoo! Yahoo! C++ user@mail.ru https://t.me/x #Москва @anna _Москвы_ **Киев** `код` ~нет~ ОАО
Росси́я Йо̂шкар Ка­лу́га Мос​ква Владимир[1] 😀 👨‍👩‍👧 🇷🇺 •Анна ■ → ©Лена Иванов™ ² ③ Ⅷ 𝐀нна 𠀀 ǅ İstanbul ß
Ромашка».  «Ромашка" "Спартак" ('Тула') :-) ;) =((( ... … ?! !!! -- *** — – - ― Петрова–Водкина тер–Петросян
а) б) 1) 2.1. 1.2.3) § I. II) а. # ## - * + | ; : , &quot;Анна&quot; &amp; &nbsp; &#1052;осква &#x41c; &laquo;
Сас0во М0СКВА 0ленин 10кг Бродскій Икскулъ Кіевъ Iисусъ мiръ >Тула ъ Ъ &#128; &#0; &copy; &zzz; &acE; <b>Москва</b> <br> <p> <td>Анна</td> <a href="x">Тула</a> </div> < > >> >Анна
Т_А_Л_О_Н Б_е_р_л_и_н О_Т_Р_Ы_В Г_Р_А_Ф_А. А_Б_В Nо NО_17
[[Анна|Анны]]ой [Анна](a.ru/x) [Тула][] [id1|Иван] [b] [/b] [1][2] {Анна} \\textbf{Иван} \\nИван С[ергей] :] &shy;
&amp;laquo; &amp; <wbr> <sup>1</sup> <name>Анна</name> <x:y> ‹Тула› › ＂ （ Ａнна 「 ❝ Пу'шкин О'Генри Пу´ш И.~О.~Анна
\u202a \u2064 а\u0332 \n1\n00:00:01,000\u00a0 \n2\n00:00:01,000\x20-->\x2000:00:02,000\n -->
Телефон: Адрес: От: не-\nзависимый Нью-\nЙорк пере-\r\nнос \r\n \n \n\n \r \t \x0b \x0c \x1c \x85 \u2028 \u2029
\u00a0 \u3000 \ufeff \u200b \u2060 \x00 \x01 \x7f \ufffd \ue000 \uf0b7 \U0010ffff \u0301 \u0306 \u0338"""
WORDS = [
    word if word.startswith("_") else re.sub(r"(?<=[^\W_])_(?=[^\W_])", " ", word)
    for word in re.split(" ", PIECES)
]  # letter-spaced words stand with low lines
EDGES = (
    "",
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    " | ",
    "; ",
    ", ",
    ". ",
    "-",
    "–",
    "—",
    "_",
    "·",
)


def hard_text(random: Random) -> str:
    """Return a text of up to some sixty pieces of `WORDS`, characters of any kind, and `EDGES`."""
    parts = []
    for _ in range(random.randrange(1, 60)):
        parts.append(random.choice(WORDS) if random.random() < 0.9 else any_character(random))
        parts.append(random.choice(EDGES))
    return "".join(parts)


def any_character(random: Random) -> str:
    """Return a character of any kind that Unicode has had for long, so that browsers know it, too."""
    while True:
        last = random.choice((0x250, 0x600, 0x3100, 0x10000, 0x1FFFF, 0x110000))
        char = chr(random.randrange(last))
        if unicodedata.category(char) not in ("Cn", "Cs"):
            return char
