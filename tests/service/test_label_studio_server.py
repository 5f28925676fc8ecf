"""A real Label Studio server imports, shows our predictions, annotates, exports and has us retrain.

The server is looked for beside the interpreter that `LABEL_STUDIO_PYTHON` names: `python -m venv
ls; ls/bin/pip install label-studio`. Its first start takes minutes; a folder that
`LABEL_STUDIO_BASE_DATA_DIR` names is used again.
"""

import os
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from ner_service import corpora
from ner_service.cli.app import app, run_command
from ner_service.corpora.formats.labelstudio import regions_of
from ner_service.scoring.f1 import exact
from ner_service.service.api.auth import hash_key, new_key
from ner_service.types import Document, Entity
from tests import tiny
from tests.serving import Running, running, until

PROGRAM = Path(os.environ.get("LABEL_STUDIO_PYTHON", "none")).with_name("label-studio")
TOKEN, ADMIN = "0123456789abcdef0123456789abcdef01234567", new_key()
CONFIG = """<View><Labels name="label" toName="text"><Label value="Person" alias="PER"/>
<Label value="LOC"/></Labels><Text name="text" value="$text"/></View>"""
GOLD = tiny.documents(12, 9)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(
        not PROGRAM.is_file(), reason="LABEL_STUDIO_PYTHON names no interpreter with label-studio"
    ),
]


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server that may ask services on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = os.environ.get("LABEL_STUDIO_BASE_DATA_DIR") or tmp_path_factory.mktemp("studio")
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "ML_BLOCK_LOCAL_IP": "false",
        "USE_DEFAULT_BANNED_SUBNETS": "false",
    }
    account = ["--username", "a@example.org", "--password", "secret12345", "--user-token", TOKEN]
    process = subprocess.Popen(
        [str(PROGRAM), "start", "--no-browser", "--port", str(port), *account],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    headers = {"Authorization": f"Token {TOKEN}"}
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=100
        ) as client:

            def is_up() -> bool:
                assert process.poll() is None, "Label Studio has stopped"
                with suppress(httpx.TransportError):
                    return client.get("/health").status_code == 200
                return False

            until(is_up, pause_s=1, most_s=1500)
            yield client
    finally:
        process.terminate()
        process.wait(60)


@contextmanager
def weak_service(folder: Path) -> Iterator[Running]:
    """A service with a model that has learned next to nothing, and learns after eight tasks."""
    config = tiny.write(folder)
    corpora.write(folder / "little.jsonl", tiny.documents(2, 1))
    little, collected = folder / "little.jsonl", folder / "studio" / "annotations.jsonl"
    text = config.read_text("utf-8")
    own = f'train = [{{ path = "{little}" }}, {{ path = "{collected}" }}]'
    lines = [own if line.startswith("train = ") else line for line in text.splitlines()]
    config.write_text("\n".join(lines).replace("epochs = 3", "epochs = 12"), "utf-8")
    alone = f'--set=data.train=[{{ path = "{little}" }}]'
    assert run_command(lambda: app(["train", str(config), alone, "--set=train.epochs=1"])) == 0
    settings = {
        "taggers": f"mine=bilstm:{folder}/tiny",
        "admin_keys": f"studio={hash_key(ADMIN)}",
        "label_studio_folder": str(folder / "studio"),
        "label_studio_config": str(config),
        "label_studio_after": 8,
    }
    with running(**settings) as service:
        yield service


def done(answer: httpx.Response) -> Any:
    assert answer.status_code < 300, answer.text
    return answer.json()


def predictions(studio: httpx.Client, project: int) -> dict[str, dict[str, Any]]:
    """The last prediction of each task, by its text, once Label Studio has fetched them."""
    action = {"id": "retrieve_tasks_predictions", "project": project}
    done(studio.post("/api/dm/actions", params=action, json={"selectedItems": {"all": True, "excluded": []}}))  # fmt: skip
    tasks = done(studio.get("/api/tasks", params={"project": project, "fields": "all", "page_size": 100}))["tasks"]  # fmt: skip
    return {
        task["data"]["text"]: max(task["predictions"], key=lambda made: made["id"])
        for task in tasks
    }


def served(service: Running) -> str:
    """The beginning of the hash of the model that answers now."""
    (tagger,) = httpx.get(f"{service.url}/taggers").json()
    return str(tagger["hash"])[:12]


def entities_of(prediction: dict[str, Any]) -> list[Entity]:
    values = [region["value"] for region in prediction["result"]]
    return sorted(Entity(v["start"], v["end"], v["labels"][0]) for v in values)


def f1(found: Sequence[Sequence[Entity]]) -> float:
    return exact(GOLD, found).f1


def test_a_project_is_predicted_annotated_exported_and_learned_from(
    studio: httpx.Client, tmp_path: Path
) -> None:
    with weak_service(tmp_path) as service:
        project = done(studio.post("/api/projects", json={"title": "News of names", "label_config": CONFIG}))["id"]  # fmt: skip
        backend = {"url": f"{service.url}/label-studio", "project": project, "title": "ner-service"}
        assert done(studio.post("/api/ml", json=backend))["state"] == "CO"  # connected
        hooks = done(studio.get("/api/webhooks", params={"project": project}))
        (hook,) = (hook for hook in hooks if hook["url"].endswith("/label-studio/webhook"))
        done(studio.patch(f"/api/webhooks/{hook['id']}", json={"headers": {"X-API-Key": ADMIN}}))
        imported = [{"text": document.text} for document in GOLD]
        assert done(studio.post(f"/api/projects/{project}/import", json=imported))["task_count"] == len(GOLD)  # fmt: skip
        before = predictions(studio, project)
        assert len(before) == len({document.text for document in GOLD})
        (old,) = {prediction["model_version"] for prediction in before.values()}
        assert all(0 <= prediction["score"] <= 1 for prediction in before.values())

        listed = done(studio.get("/api/tasks", params={"project": project, "page_size": 100}))
        ids = {task["data"]["text"]: task["id"] for task in listed["tasks"]}
        by_hand: list[Document] = GOLD[:8]
        for document in by_hand:
            made = {"result": regions_of(document), "was_cancelled": False}
            done(studio.post(f"/api/tasks/{ids[document.text]}/annotations", json=made))
        said = tmp_path / "studio" / "training.log"
        until(lambda: said.exists() and "replaced by the new model" in said.read_text(), 0.5, 300)

        export = tmp_path / "export.json"
        answer = studio.get(f"/api/projects/{project}/export", params={"exportType": "JSON"})
        export.write_bytes(answer.content)
        assert sorted((d.text, d.entities) for d in corpora.read(export)) == sorted(
            (d.text, d.entities) for d in by_hand
        )
        until(lambda: served(service) not in old, pause_s=0.2)
        after = predictions(studio, project)
        (new,) = {prediction["model_version"] for prediction in after.values()}
        assert new != old
        scores = [f1([entities_of(some[d.text]) for d in GOLD]) for some in (before, after)]
        assert scores[1] > scores[0]
        assert scores[1] > 0.8
