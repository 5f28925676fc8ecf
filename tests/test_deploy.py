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

from ner_service import __version__
from ner_service.service.settings import Settings, variable
from ner_service.service.telemetry.metrics import Metrics
from ner_service.taggers.registry import backend, check_spec, shipped_specs
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
            by_prometheus = {"instance"}  # which it adds itself
            assert set(re.findall(r"(\w+)=", labels)) <= known[name] | by_prometheus


def test_compose_sets_settings_that_exist() -> None:
    service = compose_services()["ner-service"]
    assert set(service["environment"]) <= set(map(variable, Settings.model_fields))
    assert service["read_only"]


def compose_services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return services


def test_compose_publishes_for_this_machine_alone_and_for_others_only_with_a_key() -> None:
    services = compose_services()
    assert services["ner-service"]["ports"] == ["${NER_PUBLISH:-127.0.0.1}:8000:8000"]
    assert (
        "NER_PUBLISH needs NER_API_KEYS" in services["ner-service"]["environment"]["NER_API_KEYS"]
    )
    for name in ("prometheus", "grafana"):
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])


def test_every_container_has_limits_and_an_image_of_a_full_version() -> None:
    for service in compose_services().values():
        assert service["mem_limit"]
        assert service["pids_limit"]
        assert service["cap_drop"] == ["ALL"]
        assert "build" in service or re.search(r":v?\d+\.\d+\.\d+$", service["image"])
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.search(r"^ARG PYTHON=python:3\.\d+\.\d+-slim-\w+$", dockerfile, re.MULTILINE)
    assert re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE) == ["${PYTHON}", "${PYTHON}"]


def test_the_image_is_installed_by_hash_with_its_kernels_compiled() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"pip (?:install|wheel) ([^&\n]*(?:\\\n[^&\n]*)*)", dockerfile)
    assert len(installs) == 4
    assert all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert "ner-service warm\n" in dockerfile
    needed = {spec for spec in Settings().specs.values() if backend(check_spec(spec)[0]).kernels}
    assert needed <= set(shipped_specs())  # which `warm` compiles


def pins(name: str) -> dict[str, str]:
    """Return each package's versions, joined, in a file of requirements."""
    found: dict[str, str] = {}
    for package, version in re.findall(
        r"^([\w.-]+)==([^ \n]+)", (ROOT / name).read_text(), re.MULTILINE
    ):
        found[package] = found.get(package, "") + " " + version
    return found


@pytest.mark.parametrize("name", ["deploy/requirements.txt", "deploy/requirements-build.txt"])
def test_every_package_of_the_image_has_its_hashes_and_the_version_of_the_tests(name: str) -> None:
    tested = pins("constraints.txt")
    for package, version in pins(name).items():
        assert tested.get(package, version) == version, package
    for block in re.split(r"\n(?=\S)", (ROOT / name).read_text()):
        if not block.startswith("#"):
            assert "--hash=sha256:" in block, block


def test_the_image_has_all_that_the_service_depends_on() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = {
        re.split(r"[^\w-]", line)[0].lower().replace("_", "-")
        for extra in ("tag", "serve", "uvloop", "spacy")
        for line in project["project"]["optional-dependencies"][extra]
        if not line.startswith("ner-service[")
    }
    assert len(names) > 20
    assert names <= set(pins("deploy/requirements.txt"))
    hook = (ROOT / "benchmarks" / "hatch_build.py").read_text()
    needed = re.findall(r'"([\w-]+)"', hook.partition("REQUIREMENTS = ")[2].partition("\n")[0])
    assert len(needed) > 5
    assert {"hatchling", "setuptools", *needed} <= set(pins("deploy/requirements-build.txt"))


MANIFESTS = [
    path for path in sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
    if path.name != "kustomization.yaml"
]  # fmt: skip


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_manifests_keep_to_the_schemas_of_kubernetes(path: Path) -> None:
    kubernetes_validate = pytest.importorskip("kubernetes_validate")
    for manifest in yaml.safe_load_all(path.read_text()):
        kubernetes_validate.validate(manifest, "1.34", strict=True)


def test_the_manifests_agree_with_each_other_and_with_the_service() -> None:
    manifests = {
        (one["kind"], one["metadata"]["name"]): one
        for path in MANIFESTS
        for one in yaml.safe_load_all(path.read_text())
    }
    pod = manifests["Deployment", "ner-service"]["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    variables = {entry["name"]: entry["value"] for entry in container["env"]}
    assert set(variables) <= set(map(variable, Settings.model_fields))
    settings = Settings(**{k.removeprefix("NER_").lower(): v for k, v in variables.items()})
    stop_s = container["lifecycle"]["preStop"]["sleep"]["seconds"] + settings.drain_s
    assert pod["spec"]["terminationGracePeriodSeconds"] > stop_s + settings.timeout_s + 2
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in ("/health/ready", "/health/live")
    assert container["resources"]["limits"]["memory"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    service = manifests["Service", "ner-service"]["spec"]
    assert service["selector"].items() <= pod["metadata"]["labels"].items()
    scaler = manifests["HorizontalPodAutoscaler", "ner-service"]["spec"]
    metric = scaler["metrics"][0]["pods"]["metric"]["name"]
    assert metric in Metrics().registry._names_to_collectors
    listed = yaml.safe_load((ROOT / "deploy" / "kubernetes" / "kustomization.yaml").read_text())
    assert set(listed["resources"]) == {path.name for path in MANIFESTS}
    assert listed["images"][0]["newTag"] == __version__


def test_every_alert_has_a_severity_and_a_place_that_says_what_to_do() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    headings = {f"#{name.lower()}" for name in re.findall(r"^#+ (\w+)$", page, re.MULTILINE)}
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
            file, _, place = rule["annotations"]["runbook"].partition("#")
            assert (ROOT / file).exists()
            assert f"#{place}" in headings, rule["alert"]


def test_the_dashboard_has_variables_and_a_row_of_numbers() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    names = [one["name"] for one in dashboard["templating"]["list"]]
    assert names == ["datasource", "instance", "tagger"]
    assert [panel["type"] for panel in dashboard["panels"] if panel["gridPos"]["y"] == 0] == [
        "stat"
    ] * 6
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    for expression in expressions():
        if "ner_" in expression and "alerts" not in expression:
            for used in re.findall(r"\$(\w+)", expression):
                assert used in (*names, "__rate_interval", "labels", "value")


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


@pytest.mark.slow
def test_compose_accepts_its_file() -> None:
    done = subprocess.run([*compose(), "config"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
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
