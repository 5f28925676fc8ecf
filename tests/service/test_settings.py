"""Settings: each wrong one is told by its variable, and the page lists them all."""

import re
from pathlib import Path

import pytest
from cogapp import Cog

from ner_service.errors import ConfigError
from ner_service.service.settings import (
    Settings,
    read_settings,
    unknown_variables,
    variable,
)

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("NER_PORT", "http", "NER_PORT: "),
        ("NER_PORT", "65536", "NER_PORT: "),
        ("NER_TIMEOUT_S", "0", "NER_TIMEOUT_S: "),
        ("NER_TIMEOUT_S", "inf", "NER_TIMEOUT_S: "),
        ("NER_MAX_TEXT_CHARS", "-1", "NER_MAX_TEXT_CHARS: "),
        ("NER_TIMEOUT_S", "1e-300", "NER_TIMEOUT_S: expected a number from 0.01 to 3600 (got '1e"),
        ("NER_CLIENT_TIMEOUT_S", "nan", "NER_CLIENT_TIMEOUT_S: expected a number from 0.01 to "),
        ("NER_KEY_RATE", "inf", "NER_KEY_RATE: expected a number from 0 to 1000000 (got 'inf')"),
        ("NER_KEY_RATE", "1e-300", "NER_KEY_RATE: expected 0, or at least 0.001 (got '1e-300')"),
        ("NER_BATCH_CHARS", "9" * 400, "NER_BATCH_CHARS: expected a number from 1 to 10000000 (go"),
        ("NER_TAGGERS", " , ", "NER_TAGGERS: names no tagger"),
        ("NER_TAGGERS", "natasha,x=no-such", "NER_TAGGERS: unknown tagger 'no-such'"),
        ("NER_TAGGERS", "natasha,natasha", "NER_TAGGERS: names 'natasha' twice"),
        ("NER_TAGGERS", "=natasha", "NER_TAGGERS: "),
        ("NER_HOST", "", "NER_HOST: names no address"),
        ("NER_TRACES_URL", "garbage", "NER_TRACES_URL: expected an address such as http://"),
        ("NER_CORS_ORIGINS", "*,https://a.org/", "NER_CORS_ORIGINS: expected origins such as "),
        ("NER_CORS_ORIGINS", "a.org", "NER_CORS_ORIGINS: expected origins such as https://exam"),
        ("NER_DEFAULT_TAGGER", "x", "NER_DEFAULT_TAGGER: 'x' is not among the taggers: natasha"),
    ],
)
def test_a_wrong_setting_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, message: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as told:
        read_settings()
    assert str(told.value).startswith(message)
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e30", "9" * 5000, "", "many"])
def test_every_number_has_an_end(value: str) -> None:
    numbers = [n for n, f in Settings.model_fields.items() if f.annotation in (int, float)]
    assert len(numbers) > 10
    for name in numbers:
        with pytest.raises(ConfigError, match=f"^{variable(name)}: expected a number from .* to "):
            read_settings(**{name: value})


@pytest.mark.parametrize("origins", ["*", "https://a.org, http://localhost:3000", ""])
def test_origins_are_taken(origins: str) -> None:
    assert read_settings(cors_origins=origins).cors_origins == origins
    assert read_settings(cors_origins=origins.upper()).cors_origins == origins


def test_options_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NER_PORT", "1")
    monkeypatch.setenv("NER_TAGGERS", "own=bilstm:models/own, natasha")
    settings = read_settings(port=2, host=None)
    assert (settings.port, settings.host) == (2, "127.0.0.1")
    assert settings.specs == {"own": "bilstm:models/own", "natasha": "natasha"}
    assert settings.default == "own"


def test_a_misspelt_variable_is_told_the_right_one() -> None:
    variables = ["NER_PROT", "NER_PORT", "NER_CORPORA", "PATH", "NER_XYZZY_42"]
    found = unknown_variables(variables, ["NER_CORPORA"])
    assert found == ["NER_PROT (did you mean NER_PORT?)", "NER_XYZZY_42"]


@pytest.mark.parametrize("page", ["settings.md", "api.md"])
def test_the_generated_parts_of_the_pages_are_up_to_date(page: str) -> None:
    options = ["cog", "--check", "-I", str(DOCS.parent), str(DOCS / page)]
    assert Cog().main(options) == 0, f"run: cog -r docs/{page}"


def test_the_page_lists_every_setting() -> None:
    shown = re.findall(r"^\| `(NER_\w+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    assert shown == [*map(variable, Settings.model_fields)]
