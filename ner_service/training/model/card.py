"""The model card: `README.md` and its pictures, generated from a model folder's `config.json`."""

import json
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import tomli_w
from jinja2 import Environment, FileSystemLoader

from ner_service.corpora.public.catalogue import UNKNOWN_LICENCE, licence_of
from ner_service.errors import ModelError
from ner_service.files import public_path
from ner_service.nets.artefact import CONFIG, Artefact, load, save
from ner_service.nets.config import ENCODER_NAMES, NetConfig
from ner_service.nets.record import CorpusRecord, ModelRecord, RatesRecord, ScoreRecord
from ner_service.output.charts import confusion_matrix, learning_curve
from ner_service.scoring.assessment import Assessment
from ner_service.scoring.f1 import Rates
from ner_service.taggers.models import shipped_models

CARD, CURVE, CONFUSION = "README.md", "curve.svg", "confusion.svg"
LANGUAGES = {"ru": "Russian", "en": "English"}


def corpus_name(path: str, convention: str, net: NetConfig) -> str:
    """Return a corpus's file name, with `@CONVENTION` where the net's first did not answer."""
    name = Path(path).name
    return name if convention in ("", net.conventions[0]) else f"{name}@{convention}"


def score_record(corpus: str, sha256: str, assessment: Assessment) -> ScoreRecord:
    """Return the figures of the card about a model on one corpus."""
    calibration = assessment.calibration
    return ScoreRecord(
        corpus=corpus,
        sha256=sha256,
        documents=assessment.documents,
        micro=_rates(assessment.micro),
        labels={label: _rates(rates) for label, rates in assessment.labels.items()},
        ece=calibration.ece if calibration else None,
        confusion=[[*pair, count] for pair, count in sorted(assessment.confusion.items())],
    )


def _rates(rates: Rates) -> RatesRecord:
    return RatesRecord(precision=rates.precision, recall=rates.recall, f1=rates.f1, gold=rates.gold)


def add_scores(folder: Path, scores: Iterable[ScoreRecord]) -> None:
    """Add scores to a model folder in place of those on the same corpora, and write its card."""
    artefact = load(folder)
    records = [*artefact.meta.get("scores", ()), *scores]
    latest = {record["corpus"]: record for record in records}
    write(replace(artefact, meta=artefact.meta | {"scores": [*latest.values()]}), folder)


def write(artefact: Artefact, folder: Path) -> None:
    """Save the model with its card and pictures; raise `ModelError` where it cannot be written."""
    save(artefact, folder)
    artefact = load(folder)
    files = {CARD: card(artefact, folder)}
    if history := artefact.meta.get("history"):
        files[CURVE] = learning_curve(history)
    if scores := artefact.meta.get("scores"):
        rows = scores[0]["confusion"]
        pairs = {(str(gold), str(predicted)): int(count) for gold, predicted, count in rows}
        files[CONFUSION] = confusion_matrix(pairs)
    try:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{folder}: {error.strerror or error}") from None


def card(artefact: Artefact, folder: Path) -> str:
    """Return the card as Markdown, whose commands name the folder as it was given."""
    place = place_of(artefact, folder)
    meta, net = artefact.meta, artefact.net
    scores, dev = meta.get("scores", []), meta.get("dev", [])
    stages = _stages(meta)
    data = [record for stage in stages for record in stage.get("data", ())]
    rows = [*(_row(record, "train") for record in data), *(_row(record, "dev") for record in dev)]
    names = sorted({Path(record["path"]).name for record in data})
    return PAGE.render(
        name=meta.get("name", "model"),
        place=place,
        spec=shlex.quote(f"bilstm:{place}"),
        is_shipped=shipped_name(artefact.hash) == place,
        kind=ENCODER_NAMES[net.encoder],
        languages=[LANGUAGES.get(code, code) for code in meta.get("languages", ())],
        net=net,
        meta=meta,
        hash=artefact.hash,
        scores=scores,
        labels=sorted({label for record in scores for label in record["labels"]}),
        chosen=[corpus_name(record["path"], record["convention"], net) for record in dev],
        curve=CURVE,
        confusion=CONFUSION,
        rows=list(dict.fromkeys(rows)),  # stages share data
        unlicensed=[n for n in names if licence_of(n).startswith(("none", UNKNOWN_LICENCE))],
        stages=[stage for stage in stages if "config" in stage],
        vectors=Path(net.vectors).name,
        vectors_hash=artefact.vectors_hash,
    )


def _row(record: CorpusRecord, use: str) -> str:
    """Return the row of a corpus in the table of data."""
    name = Path(record["path"]).name
    changes = [*record["labels"].items(), *record.get("relabel", {}).items()]
    notes = [f"{old} = {new or 'dropped'}" for old, new in changes]
    notes += ["parentheses apart"] if record.get("split_parentheses") else []
    notes += [f"without {outside} in front"] if (outside := record.get("outside")) else []
    noted = ", ".join(notes).replace("|", "\\|")
    weight, sha256 = f"{record['weight']:g}", f"`{record['sha256'][:12]}`"
    cells = (name, use, record["documents"], record["convention"] or "the first", weight, noted)
    return f"| {' | '.join(map(str, cells))} | {licence_of(name)} | {sha256} |"


def _stages(meta: ModelRecord) -> list[ModelRecord]:
    """Return the records of a model's ancestors, the first one first, and its own."""
    before = meta.get("from")
    return [*(_stages(before) if isinstance(before, dict) else ()), meta]


def place_of(artefact: Artefact, folder: Path) -> str:
    """Return how commands name a model: a shipped one by name, others by a relative path.

    A folder that is named by an absolute path is published by its own name alone.
    """
    return shipped_name(artefact.hash) or public_path(str(folder))


def shipped_name(sha256: str) -> str:
    """Return the name of the shipped model with these weights, or nothing."""
    for path in shipped_models().glob(f"*/{CONFIG}"):
        if json.loads(path.read_bytes()).get("sha256") == sha256:
            return path.parent.name
    return ""


def _name_before(stage: ModelRecord) -> str:
    """Return how `--from` names the model that a stage starts from, once that is trained here."""
    before = stage.get("from")
    config = before.get("config") if isinstance(before, dict) else None
    return shipped_name(_sha256_before(stage) or "") or (config["output"] if config else "MODEL")


def _sha256_before(stage: ModelRecord) -> str | None:
    """Return the hash of the model that a stage starts from; old records hold nothing else."""
    before = stage.get("from")
    return before if isinstance(before, str) else (before or {}).get("sha256")


def _toml(config: Mapping[str, Any]) -> str:
    """Return the configuration as TOML without empty maps and without switches that are off."""
    data = {
        use: [{k: v for k, v in source.items() if v not in ({}, False)} for source in sources]
        for use, sources in config["data"].items()
    }
    return tomli_w.dumps({**config, "data": data})


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_TEMPLATES.filters |= {
    "toml": _toml,
    "name_before": _name_before,
    "sha256_before": _sha256_before,
}
PAGE = _TEMPLATES.get_template("card.md.j2")
