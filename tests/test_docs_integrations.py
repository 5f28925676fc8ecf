"""Each example of docs/integrations.md is run with its library, and prints what stands there."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.serving import running

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "integrations.md").read_text("utf-8")
SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(r"```python\n(.+?)```(?:\n\n```text\n(.+?)```)?", re.DOTALL)
SECTIONS = dict(SECTION.findall(PAGE))
LIBRARIES = {
    "pandas": "pandas",
    "polars": "polars",
    "datasets": "datasets",
    "spaCy": "spacy",
    "LangChain": "langchain_core",
    "LiteLLM and others that speak Presidio": "httpx",
    "Agents (MCP)": "mcp",
    "Ray": "pyarrow",
}
SERVED = ("LangChain", "LiteLLM and others that speak Presidio")  # ask a service
HERE = "http://localhost:8000"


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of a service."""
    with running(taggers="natasha") as server:
        yield server.url


def test_every_example_is_run() -> None:
    programs = {name for name, text in SECTIONS.items() if "```python" in text}
    assert programs == {*LIBRARIES, "Airflow"}


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # these are the libraries'
@pytest.mark.parametrize("name", LIBRARIES)
def test_a_program_of_the_page_prints_what_stands_there(
    name: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(LIBRARIES[name], reason=f"{LIBRARIES[name]} is not installed")
    if name == "spaCy":  # an installation made before the entry point was declared lacks it
        import_module("ner_service.taggers.spacy_component")
    ((program, printed),) = PROGRAM.findall(SECTIONS[name])
    if name in SERVED:
        program = program.replace(HERE, request.getfixturevalue("service"))
    exec(program, {"__name__": "page"})
    assert capsys.readouterr().out == printed


def test_spacy_finds_the_component_by_an_entry_point() -> None:
    pytest.importorskip("spacy")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, _, name = project["entry-points"]["spacy_factories"]["ner_service"].partition(":")
    assert callable(getattr(import_module(module), name))


def test_the_component_sets_scores_and_takes_tokens_whole() -> None:
    spacy = pytest.importorskip("spacy")
    component = import_module("ner_service.taggers.spacy_component")
    from ner_service.types import Entity, TaggerInfo

    class Halves:
        info = TaggerInfo("halves", "1", ("ru",), ("PER",), "calibrated")

        def tag(self, texts: Any) -> list[list[Entity]]:
            return [[Entity(0, 2, "PER", 0.75)] if text else [] for text in texts]

    spacy.blank("ru").add_pipe("ner_service", config={"tagger": "natasha"})  # registers the score
    nlp = spacy.blank("ru")
    pipe = component.SpacyComponent(Halves())
    docs = list(pipe.pipe([nlp.make_doc("Анна тут"), nlp.make_doc("")], batch_size=1))
    assert [(span.text, span._.ner_score) for span in docs[0].ents] == [("Анна", 0.75)]
    assert docs[1].ents == ()


def command_of_airflow() -> str:
    """The command of the Airflow example, for a day."""
    (command,) = re.findall(r'bash_command="(.+)"', SECTIONS["Airflow"])
    assert isinstance(command, str)
    return command.replace("{{ ds }}", "2026-11-29")


@pytest.mark.slow
def test_the_command_of_airflow_writes_the_folder_of_the_day(tmp_path: Path) -> None:
    day = tmp_path / "data" / "2026-11-29"
    day.mkdir(parents=True)
    (day / "a.jsonl").write_text('{"text": "Анна"}\n')
    command = command_of_airflow().replace("ner-service", f"{sys.executable} -m ner_service")
    for _ in range(2):  # a task may be repeated
        subprocess.run(command, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "tagged/2026-11-29/a.jsonl").exists()


def test_airflow_takes_the_task_of_the_page() -> None:
    pytest.importorskip("airflow.providers.standard", reason="Airflow is not installed")
    ((program, _),) = PROGRAM.findall(SECTIONS["Airflow"])
    names: dict[str, Any] = {}
    exec(program, names)
    assert names["tag"].task_id == "tag"


@pytest.mark.slow
def test_an_agent_starts_the_server_and_calls_its_tool(tmp_path: Path) -> None:
    mcp = pytest.importorskip("mcp", reason="the MCP SDK is not installed")
    import anyio
    from mcp.client.stdio import stdio_client

    ((entry,),) = (
        json.loads(found)["mcpServers"].values()
        for found in re.findall(r"```json\n(.+?)\n```", SECTIONS["Agents (MCP)"])
    )
    server = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "ner_service", *entry["args"]],
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
    )

    async def call() -> Any:
        errors = (tmp_path / "errors").open("w")
        async with (
            stdio_client(server, errors) as streams,
            mcp.ClientSession(*streams) as session,
        ):
            await session.initialize()
            tools = await session.list_tools()
            assert [tool.name for tool in tools.tools] == ["find_entities"]
            asked = {"text": "Видели Анну Иванову.", "base_forms": True}
            answer = await session.call_tool("find_entities", asked)
        errors.close()
        return answer.structured_content

    (found,) = anyio.run(call)["result"]
    assert (found["text"], found["label"], found["normal"]) == (
        "Анну Иванову",
        "PER",
        "Анна Иванова",
    )


@pytest.mark.slow
def test_a_client_is_generated_and_tags(service: str, tmp_path: Path) -> None:
    generator = os.environ.get("NER_OPENAPI_CLIENT") or shutil.which("openapi-python-client")
    if not generator:
        pytest.skip("openapi-python-client is neither on the path nor in NER_OPENAPI_CLIENT")
    (command,) = re.findall(r"^    openapi-python-client (.+)$", PAGE, re.MULTILINE)
    arguments = command.replace(HERE, service).split()
    subprocess.run([generator, *arguments], cwd=tmp_path, check=True, capture_output=True)
    (package,) = (path.parent.name for path in (tmp_path / "client").glob("*/client.py"))
    program = f"""
from {package} import Client
from {package}.api.tag_texts import tag
from {package}.models import TagJsonTextRequest
with Client({service!r}) as client:
    print([e.label for e in tag.sync(client=client, body=TagJsonTextRequest("Анна Иванова.")).entities])
"""
    python = Path(generator).resolve().parent / "python"
    done = subprocess.run(
        [python if python.exists() else sys.executable, "-c", program],
        cwd=tmp_path / "client", capture_output=True, text=True,
    )  # fmt: skip
    assert done.stdout == "['PER']\n", done.stderr
