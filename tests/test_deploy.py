"""The files that deploy the service agree with it, and with the tools that read them."""

import json
import re
import shutil
import subprocess
import tempfile
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ner_service.service.settings import Settings, variable
from ner_service.service.telemetry.metrics import Metrics
from tests.serving import running

ROOT = Path(__file__).parents[1]
PROMETHEUS = ROOT / "deploy" / "prometheus"
DASHBOARD = ROOT / "deploy" / "grafana" / "dashboards" / "ner-service.json"


def require_command(command: str) -> str:
    """Return the command; the test is skipped if it is not installed."""
    if not shutil.which(command):
        pytest.skip(f"{command} is not installed")
    return command


def compose() -> list[str]:
    """Return the command of Docker's compose; the test is skipped if there is none."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]):
            done = subprocess.run([*command, "version"], capture_output=True, text=True)
            if "ompose" in done.stdout:
                return command
    pytest.skip("docker compose is not installed")


def expressions() -> Iterator[str]:
    """Yield every query of the dashboard and the alerts."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]:
        yield from (rule["expr"] for rule in group["rules"])


def test_dashboard_and_alerts_ask_for_metrics_that_exist() -> None:
    collectors: dict[str, Any] = Metrics().registry._names_to_collectors
    known = {name: set(collector._labelnames) for name, collector in collectors.items()}
    for expression in expressions():
        for name, labels in re.findall(r"(ner_\w+)(?:\{([^}]*)\})?", expression):
            assert name in known, expression
            assert set(re.findall(r"(\w+)=", labels)) <= known[name]


def test_compose_sets_settings_that_exist() -> None:
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["ner-service"]
    assert set(service["environment"]) <= set(map(variable, Settings.model_fields))
    assert service["read_only"]


def test_the_image_has_no_rights_and_checks_its_health() -> None:
    lines = (ROOT / "Dockerfile").read_text()
    assert re.search(
        r"^USER 10001$", lines, re.MULTILINE
    )  # a number: Kubernetes checks that it is not root
    assert re.search(r"^HEALTHCHECK ", lines, re.MULTILINE)
    copied = {
        name
        for names in re.findall(r"^COPY (?!--from)(.+) \S+$", lines, re.MULTILINE)
        for name in names.split()
    }
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert copied == {line[1:] for line in ignored if line.startswith("!")}
    assert all((ROOT / name).exists() for name in copied)
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert set(wheel["targets"]["wheel"]["force-include"]) <= copied


def test_compose_accepts_its_file() -> None:
    done = subprocess.run([*compose(), "config"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_prometheus_accepts_its_files() -> None:
    promtool = require_command("promtool")
    for check, name in (("config", "prometheus.yml"), ("rules", "alerts.yml")):
        done = subprocess.run(
            [promtool, "check", check, PROMETHEUS / name], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_prometheus_scrapes_a_running_service() -> None:
    prometheus = require_command("prometheus")
    with running("--workers", "2") as service, tempfile.TemporaryDirectory() as folder:
        config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
        config["global"]["scrape_interval"] = "1s"
        config["rule_files"] = [str(PROMETHEUS / "alerts.yml")]
        config["scrape_configs"][0]["static_configs"][0]["targets"] = [service.url[7:]]
        (Path(folder) / "prometheus.yml").write_text(yaml.safe_dump(config))
        for _ in range(10):
            httpx.post(service.url + "/ner", json={"text": "Анна живёт в Москве."})
        process = subprocess.Popen(
            [
                prometheus,
                f"--config.file={folder}/prometheus.yml",
                f"--storage.tsdb.path={folder}/data",
                "--web.listen-address=127.0.0.1:19090",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert value_of("sum(ner_texts_total)", 10) == "10"
            assert value_of('up{job="ner-service"}', 1) == "1"
            assert value_of('ner_tagger_ready{tagger="natasha"}', 2) == "2"
        finally:
            process.terminate()
            process.wait(20)


def value_of(query: str, expected: float) -> str:
    """Return what Prometheus answers to a query, after half a minute at most for the expected value."""
    result: list[Any] = []
    for _ in range(60):
        try:
            answer = httpx.get("http://127.0.0.1:19090/api/v1/query", params={"query": query})
            result = answer.json()["data"]["result"]
        except (httpx.TransportError, KeyError, ValueError):
            result = []
        if result and float(result[0]["value"][1]) == expected:
            break
        time.sleep(0.5)
    return str(result[0]["value"][1]) if result else "nothing"
