"""Identifiers are found by form, checksum and context, and take what they cover from names."""

import sys

import pytest

from ner_service.errors import MissingExtra
from ner_service.names.masking import identifiers
from ner_service.names.masking.identifiers import (
    IDENTIFIERS,
    choose_identifiers,
    cover,
    find_identifiers,
    is_snils,
)
from ner_service.types import Entity

FOUND = [
    ("Пишите на ivanov@mail.ru.", ["EMAIL ivanov@mail.ru"]),
    ("Ivan.Petrov+news@пример.рф,petr@ex.org", ["EMAIL Ivan.Petrov+news@пример.рф", "EMAIL petr@ex.org"]),
    ("+7 912 345-67-89; 89123456789", ["PHONE +7 912 345-67-89", "PHONE 89123456789"]),
    ("8(495)123-45-67, (495) 123-45-67", ["PHONE 8(495)123-45-67", "PHONE (495) 123-45-67"]),
    ("8 (4852) 72-12-34 или +380 44 123 45 67", ["PHONE 8 (4852) 72-12-34", "PHONE +380 44 123 45 67"]),
    ("тел.: 123-45-67, 123-45-68", ["PHONE 123-45-67", "PHONE 123-45-68"]),
    ("в 123-45-67", []),
    ("ИНН 7707083893, ИНН: 500100732259", ["INN 7707083893", "INN 500100732259"]),
    ("ИНН 7707 083 893", ["INN 7707 083 893"]),
    ("ИНН с ошибкой: 7707083894", ["INN 7707083894"]),
    ("договор 7707083894 от 2020 года", []),
    ("ОГРН 1027700132195", ["OGRN 1027700132195"]),
    ("СНИЛС 112-233-445 95 и 11223344595", ["SNILS 112-233-445 95", "SNILS 11223344595"]),
    ("счёт 112-233-445 96", []),
    ("карта 4111 1111 1111 1111", ["CARD 4111 1111 1111 1111"]),
    ("номер 4111-1111-1111-1112", []),
    ("паспорт 4506 123456", ["PASSPORT 4506 123456"]),
    ("Паспорт гражданина РФ: серия 45 06, номер 123456", ["PASSPORT 45 06, номер 123456"]),
    ("45 06 № 123456", ["PASSPORT 45 06 № 123456"]),
    ("заказ 4506 123456", []),
    ("DE89 3704 0044 0532 0130 00", ["IBAN DE89 3704 0044 0532 0130 00"]),
    ("10 000 000 000 рублей 29.11.2026 в 12:30, 3,14159265358979", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_identifiers_are_found_whole_and_numbers_left(text: str, expected: list[str]) -> None:
    found = [f"{e.label} {text[e.start : e.end]}" for e in find_identifiers(text)]
    assert found == expected


def test_a_checksum_tells_one_of_a_hundred_snils() -> None:
    valid = [n for n in range(100) if is_snils(f"112233445{n:02}")]
    assert valid == [95]
    assert not is_snils("00000000000")


def test_only_the_labels_that_are_asked_for_are_found() -> None:
    text = "ivanov@mail.ru, ИНН 7707083893"
    assert [e.label for e in find_identifiers(text, ["INN"])] == ["INN"]
    assert choose_identifiers(["PER", "INN"]) == ("INN",)
    assert choose_identifiers(None) == IDENTIFIERS
    assert choose_identifiers(["PER"]) == ()


def test_an_identifier_takes_what_it_covers_from_a_name() -> None:
    text = "Иванов ivanov@mail.ru Пётр"
    names = [Entity(0, 26, "PER", 0.5)]
    assert cover(names, find_identifiers(text), text) == [
        Entity(0, 6, "PER", 0.5),
        Entity(7, 21, "EMAIL"),
        Entity(22, 26, "PER", 0.5),
    ]
    assert cover([Entity(7, 13, "PER")], find_identifiers(text), text) == [Entity(7, 21, "EMAIL")]


def test_without_the_library_nothing_is_found_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "stdnum", None)
    monkeypatch.setattr(identifiers, "find_spec", lambda name: None)
    identifiers.load_rules.cache_clear()
    assert choose_identifiers(None) == ()
    with pytest.raises(MissingExtra, match=r"\[pii\]"):
        find_identifiers("ИНН 7707083893", choose_identifiers(["INN"]))
