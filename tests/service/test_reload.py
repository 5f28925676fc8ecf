"""Taggers and keys change while the service answers, or nothing changes and it says why."""

import asyncio
import gc
import logging
import shutil
import threading
import weakref
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ner_service.errors import ConfigError, ModelError
from ner_service.service.api.auth import hash_key, new_key
from ner_service.service.queue.exchange import Changes
from ner_service.service.settings import Settings
from ner_service.service.settings.roster import read_roster
from ner_service.taggers.models import shipped_models
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger, TaggerInfo
from tests.serving import Capitals, Client, Gated, serving, starting, until

KEY, ADMIN = new_key(), new_key()
KEYS = f"alice={hash_key(KEY)}"
ADMINS = f"root={hash_key(ADMIN)}"
AS_ADMIN = {"x-api-key": ADMIN}
TEXT = {"text": "Анна в Москве"}


class Versioned(Capitals):
    """Says which model it was loaded from."""

    def __init__(self, version: str) -> None:
        self.info = TaggerInfo("v", version, ("ru",), ("PER", "LOC"), "raw", version)


def write_model(folder: Path, version: str) -> Path:
    """Write what looks like a model folder, by way of another one as our own models are."""
    fresh = folder.with_name(f".{folder.name}-{version}")
    fresh.mkdir(parents=True)
    (fresh / "config.json").write_text("{}")
    (fresh / "model.safetensors").write_text(version)
    shutil.rmtree(folder, ignore_errors=True)
    return fresh.rename(folder)


def load_versioned(spec: str) -> Tagger:
    """Load the version that a folder holds; one that is `damaged` is none."""
    path = Path(spec.partition(":")[2]) / "model.safetensors"
    version = path.read_text() if path.exists() else "library"
    if version == "damaged":
        raise ModelError(f"{path}: damaged")
    return Versioned(version)


def versions(client: Client) -> dict[str, Any]:
    return {tagger["name"]: tagger["version"] for tagger in client.get("/taggers").json()}


def reload(client: Client) -> Changes:
    changes: Changes = client.portal.call(client.app.state.reload)
    return changes


def test_a_reload_loads_what_has_changed_and_keeps_the_rest(tmp_path: Path) -> None:
    own = write_model(tmp_path / "own", "1")
    with serving(load_versioned, taggers=f"natasha,own=bilstm:{own}") as client:
        kept = client.app.state.lanes["natasha"].worker
        assert versions(client) == {"natasha": "library", "own": "1"}
        write_model(own, "2")
        assert versions(client)["own"] == "1"  # until it is asked to
        assert reload(client) == Changes(["own"], ["natasha"], [])
        assert versions(client) == {"natasha": "library", "own": "2"}
        assert reload(client) == Changes([], ["natasha", "own"], [])
        assert client.app.state.lanes["natasha"].worker is kept
        assert client.post("/ner", json={**TEXT, "tagger": "own"}).status_code == 200


def test_taggers_come_and_go_with_the_file_and_the_folder_that_name_them(tmp_path: Path) -> None:
    file, folder = tmp_path / "taggers", tmp_path / "models"
    file.write_text("# served\nnatasha\nspacy\n")
    write_model(folder / "a", "1")
    settings = {"taggers": None, "taggers_file": str(file), "models_folder": str(folder)}
    with serving(load_versioned, **settings, watch_s=0) as client:
        assert [*versions(client)] == ["natasha", "spacy", "a"]
        file.write_text("natasha, other=natasha:read")
        write_model(folder / "b", "1")
        shutil.rmtree(folder / "a")
        assert reload(client) == Changes(["other", "b"], ["natasha"], ["spacy", "a"])
        assert [*versions(client)] == ["natasha", "other", "b"]
        gone = client.post("/ner", json={**TEXT, "tagger": "spacy"})
        assert gone.json()["error"]["code"] == "unknown_tagger"
        metrics = client.get("/metrics").text
        assert 'ner_tagger_ready{tagger="b"} 1.0' in metrics
        assert 'ner_tagger_ready{tagger="spacy"}' not in metrics


@pytest.mark.parametrize("fault", ["damaged", "gone", "default", "twice", "unknown"])
def test_a_reload_that_fails_changes_nothing_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    own, file = write_model(tmp_path / "own", "1"), tmp_path / "taggers"
    served = f"natasha\nfirst=bilstm:{own}\nown=bilstm:{own}\n"
    file.write_text(served)
    settings = {"taggers": None, "taggers_file": str(file), "watch_s": 0}
    with serving(load_versioned, **settings) as client:
        workers = [lane.worker for lane in client.app.state.lanes.values()]
        match fault:
            case "damaged":
                write_model(own, "damaged")
            case "gone":
                file.unlink()
            case "default":
                file.write_text(f"own=bilstm:{own}")
            case "twice":
                file.write_text("natasha,natasha")
            case "unknown":
                file.write_text("natasha,no-such")
        with pytest.raises((ConfigError, ModelError)) as error:
            reload(client)
        assert [lane.worker for lane in client.app.state.lanes.values()] == workers
        assert all(lane.ready for lane in client.app.state.lanes.values())
        assert f"the reload failed, and nothing has changed: {error.value}" in caplog.messages
        assert 'ner_reloads_total{outcome="failed"} 1.0' in client.get("/metrics").text
        write_model(own, "2")
        file.write_text(served)
        assert reload(client) == Changes(["first", "own"], ["natasha"], [])


def test_what_the_old_tagger_has_it_answers_and_the_new_one_all_that_comes_later(
    tmp_path: Path,
) -> None:
    own = write_model(tmp_path / "own", "1")
    gated = Gated()
    taggers: list[Tagger] = [gated, Versioned("2")]
    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own"}
    with serving(lambda spec: taggers.pop(0), **settings) as client:
        answers: list[int] = []

        def ask() -> None:
            answers.append(client.post("/ner", json=TEXT).status_code)

        waiting = [threading.Thread(target=ask) for _ in range(3)]
        for thread in waiting:
            thread.start()
        lane = client.app.state.lanes["own"]
        until(lambda: gated.batches and lane.queued == 3 * (len(TEXT["text"]) + 16))
        write_model(own, "2")
        reloading = client.portal.start_task_soon(client.app.state.reload)
        until(lambda: versions(client)["own"] == "2")
        ask()
        assert answers == [200]
        assert not reloading.done()  # it waits for the old one
        gated.gate.set()
        assert reloading.result(30) == Changes(["own"], [], [])
        for thread in waiting:
            thread.join()
        assert answers == [200] * 4


def test_a_patient_request_that_waits_for_room_gets_its_answer_of_the_new_tagger(
    tmp_path: Path,
) -> None:
    own = write_model(tmp_path / "own", "1")
    gated = Gated()
    taggers: list[Tagger] = [gated, Versioned("2")]
    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own", "queue_chars": 100}
    with serving(lambda spec: taggers.pop(0), **settings) as client:
        lane = client.app.state.lanes["own"]
        first = client.portal.start_task_soon(partial(lane.tag, ["А" * 90]))
        until(lambda: gated.batches)
        second = client.portal.start_task_soon(partial(lane.tag, ["Б" * 90], patient=True))
        write_model(own, "2")
        reloading = client.portal.start_task_soon(client.app.state.reload)
        until(lambda: lane.worker.tagger and lane.worker.tagger is not gated)
        gated.gate.set()
        assert len(first.result(30).answers) == len(second.result(30).answers) == 1
        reloading.result(30)
        assert gated.batches == [["А" * 90]]


def test_an_old_engine_gives_its_memory_back(tmp_path: Path) -> None:
    own = tmp_path / "own"
    shutil.copytree(shipped_models() / "ru-news", own)
    held: list[weakref.ref[Any]] = []

    def load(spec: str) -> Tagger:
        tagger = load_tagger(spec)
        held.append(weakref.ref(tagger._engine))  # type: ignore[attr-defined]
        return tagger

    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own"}
    with serving(load, **settings) as client:
        client.post("/ner", json=TEXT)
        client.get("/metrics")
        (own / "config.json").touch()
        assert reload(client) == Changes(["own"], [], [])
        client.get("/metrics")  # looks at the new one
        gc.collect()
        assert [engine() is not None for engine in held] == [False, True]


def test_only_an_admin_reloads_and_without_one_there_is_no_such_route() -> None:
    with serving(api_keys=KEYS) as client:
        asked = client.post("/taggers/reload", headers={"x-api-key": KEY})
        assert asked.status_code == 404
    with serving(api_keys=KEYS, admin_keys=ADMINS) as client:
        for headers, status in (({}, 401), ({"x-api-key": KEY}, 403), (AS_ADMIN, 200)):
            answer = client.post("/taggers/reload", headers=headers)
            assert answer.status_code == status
        assert answer.json() == {"loaded": [], "kept": ["natasha", "spacy"], "dropped": []}
        assert client.post("/taggers/reload%0A").status_code == 401
        assert client.post("/taggers/reload%0A", headers={"x-api-key": KEY}).status_code != 200
        assert client.post("/ner", json=TEXT, headers=AS_ADMIN).status_code == 200
        assert client.post("/ner", json=TEXT).status_code == 401
    with serving(admin_keys=ADMINS) as client:
        assert client.post("/ner", json=TEXT).status_code == 200  # needs none, as before
        assert client.post("/taggers/reload").status_code == 401
        assert client.post("/taggers/reload", headers=AS_ADMIN).status_code == 200
        assert client.get("/taggers/reload", headers=AS_ADMIN).status_code == 405


def test_an_admin_hears_why_a_reload_failed(tmp_path: Path) -> None:
    own = write_model(tmp_path / "own", "1")
    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own", "admin_keys": ADMINS}
    with serving(load_versioned, **settings) as client:
        write_model(own, "damaged")
        answer = client.post("/taggers/reload", headers=AS_ADMIN)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "reload_failed")
        message = answer.json()["error"]["message"]
        assert message == f"nothing has changed: {own}/model.safetensors: damaged"
        assert client.post("/ner", json=TEXT).status_code == 200


def test_keys_of_a_file_come_and_go_with_a_reload(tmp_path: Path) -> None:
    file, other = tmp_path / "keys", new_key()
    file.write_text(f"# clients\n{KEYS}\n")
    with serving(api_keys_file=str(file), watch_s=0, key_rate=1000) as client:

        def asked(key: str) -> int:
            return client.post("/ner", json=TEXT, headers={"x-api-key": key}).status_code

        assert (asked(KEY), asked(other)) == (200, 401)
        file.write_text(f"bob={hash_key(other)}\n")
        assert reload(client).loaded == []
        assert (asked(KEY), asked(other)) == (401, 200)
        for wrong in ("", "bob", "# none"):  # must not open the service
            file.write_text(wrong)
            with pytest.raises(ConfigError, match="NER_API_KEYS_FILE: "):
                reload(client)
            assert (asked(KEY), asked(other), asked("")) == (401, 200, 401)


def test_a_folder_is_watched_and_a_bad_model_is_tried_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "models"
    write_model(folder / "own", "1")
    with serving(load_versioned, models_folder=str(folder), watch_s=0.01) as client:
        write_model(folder / "own", "2")
        until(lambda: versions(client)["own"] == "2")
        with caplog.at_level(logging.CRITICAL + 1, "ner_service.service.queue.worker"):
            write_model(folder / "own", "damaged")
            until(lambda: failed(client) == 1)
            write_model(folder / "new", "1")
            until(lambda: failed(client) == 2)
        assert versions(client)["own"] == "2"
        write_model(folder / "own", "3")
        until(lambda: versions(client).get("new") == "1" and versions(client)["own"] == "3")
        assert failed(client) == 2


def failed(client: Client) -> float:
    for line in client.get("/metrics").text.splitlines():
        if line.startswith('ner_reloads_total{outcome="failed"}'):
            return float(line.split()[-1])
    return 0


def test_reloads_wait_for_each_other(tmp_path: Path) -> None:
    own = write_model(tmp_path / "own", "1")
    running = threading.Semaphore()

    def load(spec: str) -> Tagger:
        assert running.acquire(blocking=False)
        try:
            return load_versioned(spec)
        finally:
            running.release()

    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own"}
    with serving(load, **settings) as client:
        write_model(own, "2")

        async def reload_thrice() -> list[Changes]:
            return await asyncio.gather(*(client.app.state.reload() for _ in range(3)))

        changes = client.portal.call(reload_thrice)
        assert [change.loaded for change in changes] == [["own"], [], []]


def test_a_reload_replaces_a_tagger_that_cannot_be_loaded(tmp_path: Path) -> None:
    own = write_model(tmp_path / "own", "damaged")
    settings = {"taggers": f"own=bilstm:{own}", "default_tagger": "own"}
    with starting(load_versioned, **settings) as client:
        until(lambda: client.app.state.lanes["own"].worker.error)
        write_model(own, "2")
        assert reload(client) == Changes(["own"], [], [])
        assert client.post("/ner", json=TEXT).status_code == 200


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"taggers_file": "{0}/no"}, "NER_TAGGERS_FILE: {0}/no: No such file"),
        ({"taggers": "natasha", "taggers_file": "{0}/a"}, "NER_TAGGERS, NER_TAGGERS_FILE: only"),
        ({"api_keys_file": "{0}/a"}, "NER_API_KEYS_FILE: {0}/a: expected NAME=HASH"),
        ({"api_keys_file": "{0}/empty"}, "NER_API_KEYS_FILE: {0}/empty: holds no key"),
        ({"api_keys_file": "{0}"}, "NER_API_KEYS_FILE: {0}: "),
        ({"models_folder": "{0}/no"}, "NER_MODELS_FOLDER: {0}/no: no such folder"),
        ({"models_folder": "{0}"}, "NER_MODELS_FOLDER: 'natasha' is a tagger already: rename"),
        ({"taggers_file": "{0}/a", "default_tagger": "x"}, "NER_DEFAULT_TAGGER: "),
    ],
)
def test_a_wrong_roster_is_one_line_that_names_the_setting(
    tmp_path: Path, settings: dict[str, str], message: str
) -> None:
    (tmp_path / "a").write_text("natasha")
    (tmp_path / "empty").write_text("\n")
    write_model(tmp_path / "natasha", "1")
    chosen = {name: value.format(tmp_path) for name, value in settings.items()}
    with pytest.raises(ConfigError) as error:
        read_roster(Settings(**chosen))
    assert str(error.value).startswith(message.format(tmp_path))
    assert len(str(error.value).splitlines()) == 1
