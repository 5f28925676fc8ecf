"""Results of a search are its trials, what each setting matters, the best file, and its spread."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import mean
from typing import Any

import optuna
import orjson
import tomli_w

from ner_service.errors import ConfigError
from ner_service.explore.runs import train_quietly
from ner_service.explore.tuning.space import Value, as_override
from ner_service.explore.tuning.study import Search, outcome
from ner_service.files import write_text
from ner_service.output.numbers import numbered
from ner_service.training.config import read_config, read_written

BEST, SPREAD = "best.toml", "seeds.json"
FEWEST = 4  # complete trials, from which on it is said what a setting matters


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial has its values, how it ended, and its dev F1; that of a stopped one is no result."""

    number: int
    values: Mapping[str, Value]
    dev_f1: float | None
    is_complete: bool
    outcome: str
    seconds: float


@dataclass(frozen=True, slots=True)
class SeedRun:
    """A run of the best settings with one seed."""

    seed: int
    dev_f1: float
    folder: str


@dataclass(frozen=True)
class Results:
    """Results of a search; `importance` has the share of each setting in the variance of dev F1."""

    trials: tuple[Trial, ...]  # the best first, then those that did not end
    importance: Mapping[str, float]
    best: Path
    seeds: tuple[SeedRun, ...]

    @property
    def spread(self) -> str:
        """Return the mean dev F1 over the seeds, with the least and the greatest."""
        scores = [run.dev_f1 for run in self.seeds]
        return f"{mean(scores):.4f} ({min(scores):.4f}–{max(scores):.4f})"


def conclude(search: Search, study: Any, seeds: int, say: Callable[[str], None]) -> Results:
    """Write the best file, train it with further seeds, and return all results."""
    complete = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    if not complete:
        errors = [t.user_attrs["error"] for t in study.trials if "error" in t.user_attrs]
        reason = errors[0] if errors else "give them more --minutes, or fewer epochs"
        raise ConfigError(f"{search.folder}: no trial came to its end: {reason}")
    best = write_best(search, study.best_params)
    trials = numbered(len(study.trials), "trial")
    say(f"best of {trials}: dev F1 {study.best_value:.4f}; its settings: {best}")
    return Results(
        trials=tuple(sorted(map(_trial, study.trials), key=_rank)),
        importance=_importance(study) if len(complete) >= FEWEST else {},
        best=best,
        seeds=tuple(_run_seeds(search, best, seeds, say)),
    )


def write_best(search: Search, values: Mapping[str, Value]) -> Path:
    """Write a configuration with the best values, which `train` takes as it is."""
    overrides = [*search.overrides, *(as_override(*item) for item in values.items())]
    table = read_written(search.config, overrides).values
    path = search.folder / BEST
    comment = f"# The best settings that `ner-service tune {search.config}` has found.\n"
    write_text(path, [comment, tomli_w.dumps(table)])
    read_config(path)
    return path


def _run_seeds(
    search: Search, best: Path, count: int, say: Callable[[str], None]
) -> Sequence[SeedRun]:
    """Train the best settings with seeds that the search did not use; those that are done stay."""
    path = search.folder / SPREAD
    wanted = best.read_text(encoding="utf-8")
    kept = orjson.loads(path.read_bytes()) if path.exists() else {}
    runs = [SeedRun(**run) for run in kept.get("runs", ())] if kept.get("of") == wanted else []
    first = search.settings.train.seed + 1
    for seed in range(first, first + count):
        if any(run.seed == seed for run in runs):
            continue
        folder = search.folder / f"seed-{seed}"
        overrides = [f"train.seed={seed}", as_override("output", str(folder))]
        log = search.folder / f"seed-{seed}.log"
        say(f"training the best settings with seed {seed}; epochs are in {log}")
        run = train_quietly(best, overrides, log, search.init, search.root)
        say(f"seed {seed}: dev F1 {run.dev_f1:.4f}, {run.seconds:.0f} s; {folder}")
        runs.append(SeedRun(seed, run.dev_f1, str(folder)))
        record = {"of": wanted, "runs": [asdict(run) for run in runs]}
        write_text(path, [orjson.dumps(record, option=orjson.OPT_INDENT_2).decode()])
    return runs[:count]


def _trial(trial: Any) -> Trial:
    is_complete = trial.state is optuna.trial.TrialState.COMPLETE
    seen = trial.intermediate_values.values()
    return Trial(
        number=trial.number,
        values=dict(trial.params),
        dev_f1=trial.value if is_complete else max(seen, default=None),
        is_complete=is_complete,
        outcome=outcome(trial),
        seconds=trial.duration.total_seconds() if trial.duration else 0.0,
    )


def _rank(trial: Trial) -> tuple[bool, float]:
    return not trial.is_complete, -(trial.dev_f1 or 0.0)


def _importance(study: Any) -> Mapping[str, float]:
    """Return the share of each setting in the variance of dev F1, the greatest first.

    The method is fANOVA (Hutter et al. 2014), over trials that came to their end.
    """
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    try:
        shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    except RuntimeError:  # all trials are equally good
        return {}
    return {key: float(share) for key, share in shares.items()}
