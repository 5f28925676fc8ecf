"""A study is a search that is kept on disk: the same command goes on with it after any stop."""

import multiprocessing
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson

from ner_service import corpora
from ner_service.digest import digest
from ner_service.errors import ConfigError, MissingExtra, NerError
from ner_service.explore.runs import train_quietly
from ner_service.explore.tuning.space import Space, Value, as_override, holds, suggest
from ner_service.files import check_folder
from ner_service.output.numbers import numbered
from ner_service.output.terminal import show
from ner_service.taggers.models import model_path
from ner_service.training.config import TrainConfig, read_config
from ner_service.training.progress.epoch import Epoch
from ner_service.training.train import Diverged

try:
    import optuna
    from optuna.storages.journal import JournalFileBackend
except ImportError as error:
    raise MissingExtra(f"tune ({error})", "tune") from error

NAME, STUDY = "tune", "study.log"
INTERRUPTED = 130  # the exit code of a process that Ctrl-C has ended
FIRST_AT_RANDOM = 8  # trials before the sampler models dev F1 (TPE; Bergstra et al. 2011)
UNPRUNED = 4  # trials that always run to their end, for others to be compared with
UNPRUNED_EPOCHS = 2  # of every trial: the first epochs say little
FINISHED = (
    optuna.trial.TrialState.COMPLETE,
    optuna.trial.TrialState.PRUNED,
    optuna.trial.TrialState.FAIL,
)


@dataclass(frozen=True)
class Search:
    """A search is what is asked for: a configuration, ranges, and how much to try.

    `seconds` bounds the trials, if anything does; `folder` keeps the study and its results.
    """

    config: Path
    overrides: tuple[str, ...]
    init: str | None
    root: Path | None
    space: Space
    folder: Path
    trials: int
    seconds: float | None
    workers: int

    @property
    def settings(self) -> TrainConfig:
        """Return the configuration without what is searched for."""
        return read_config(self.config, self.overrides)

    def fingerprint(self) -> str:
        """Return a short name of all that must stay the same when a study goes on."""
        settings = self.settings
        sources = (*settings.data.train, *settings.data.dev)
        hashes = [digest(corpora.locate(source.path, self.root)) for source in sources]
        space = {key: d if isinstance(d, list) else d.model_dump() for key, d in self.space.items()}
        parts = [settings.model_dump(mode="json"), hashes, space, self.init]
        return sha256(orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def open_study(search: Search, seed: int = 0) -> Any:
    """Open the study of a folder, or begin one; `seed` draws what is tried at random."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    path = search.folder / STUDY
    try:
        return optuna.create_study(
            storage=optuna.storages.JournalStorage(JournalFileBackend(str(path))),
            study_name=NAME,
            load_if_exists=True,
            direction="maximize",
            sampler=optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=FIRST_AT_RANDOM, constant_liar=search.workers > 1
            ),
            pruner=optuna.pruners.MedianPruner(UNPRUNED, UNPRUNED_EPOCHS),
        )
    except (AssertionError, KeyError, TypeError, ValueError):  # whatever Optuna makes of the file
        raise ConfigError(f"{path}: is no study of Optuna: name another folder by -o") from None


def run_search(search: Search, say: Callable[[str], None]) -> Any:
    """Run the trials that are left, and return the study.

    Raises `ConfigError` where the folder has the study of something else, unless that came to no
    result, such as where the configuration was wrong. A trial that a stop has left in the middle is
    tried no more; what is asked for first are the values of the file.
    """
    if search.init is not None:
        model_path(search.init)
    fingerprint = search.fingerprint()
    check_folder(search.folder)
    search.folder.mkdir(parents=True, exist_ok=True)
    study = open_study(search)
    if study.user_attrs.get("search", fingerprint) != fingerprint and not _has_results(study):
        (search.folder / STUDY).unlink()  # another space of values would not fit its trials
        study = open_study(search)
    if study.user_attrs.setdefault("search", fingerprint) != fingerprint:
        raise ConfigError(
            f"{search.folder}: has the trials of another configuration, other data or other "
            "ranges: name another folder by --output, or delete this one"
        )
    study.set_user_attr("search", fingerprint)
    for trial in study.get_trials(states=(optuna.trial.TrialState.RUNNING,)):
        study.tell(trial.number, state=optuna.trial.TrialState.FAIL)
    if not study.trials:
        study.enqueue_trial(_written_values(search))
    done = sum(trial.state in FINISHED for trial in study.trials)
    are = "is" if search.trials == 1 else "are"
    trials = f"{done} of {numbered(search.trials, 'trial')} {are} done"
    say(f"{trials}; the study is in {search.folder}")
    if done < search.trials:
        end = None if search.seconds is None else time.time() + search.seconds
        _work_side_by_side(search, end) if search.workers > 1 else work(search, 0, end)
    return open_study(search)


def _has_results(study: Any) -> bool:
    """Return whether a trial has come to an end that says something of its values."""
    ends = (optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED)
    return bool(study.get_trials(deepcopy=False, states=ends))


def _written_values(search: Search) -> dict[str, Value]:
    """Return the values that the configuration has itself, where the ranges hold them."""
    settings = search.settings
    values: dict[str, Value] = {}
    for key, dimension in search.space.items():
        value: Any = settings
        for name in key.split("."):
            value = getattr(value, name)
        if holds(dimension, value):
            values[key] = value
    return values


def _work_side_by_side(search: Search, end: float | None) -> None:
    """Run trials in several processes; a stop of this one stops them all."""
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_work_alone, args=(search, n, end), daemon=True)
        for n in range(search.workers)
    ]
    for worker in workers:
        worker.start()
    try:
        for worker in workers:
            worker.join()
    finally:
        for worker in workers:
            worker.terminate()
    if all(worker.exitcode for worker in workers):
        raise ConfigError("every worker failed: see above, or try --workers 1")


def _work_alone(search: Search, number: int, end: float | None) -> None:
    """Work in a process of its own, which ends with one line where something is wrong."""
    try:
        work(search, number, end)
    except NerError as error:
        sys.exit(f"worker {number}: {show(str(error))}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def work(search: Search, number: int, end: float | None) -> None:
    """Run trials until there are enough, or the time is over."""
    study = open_study(search)
    study = open_study(search, seed=len(study.trials) * 100 + number)
    study.optimize(
        lambda trial: run_trial(trial, search, end),
        timeout=None if end is None else max(0.0, end - time.time()),
        catch=(ConfigError, Diverged),
        callbacks=[
            optuna.study.MaxTrialsCallback(search.trials, states=FINISHED),
            _print_trial,
        ],
    )


class TimeOver(Exception):
    """The time of a search is over in the middle of a trial."""


def run_trial(trial: Any, search: Search, end: float | None) -> float:
    """Train with the values of a trial and return the best dev F1, epoch by epoch to the pruner.

    Trials share the seed of the file, so that they differ by their values alone. One that the end
    of the time has stopped counts if it is the best already, since more epochs take no F1 away.
    """
    values = suggest(trial, search.space)
    scores: list[float] = []

    def watch(epoch: Epoch) -> None:
        scores.append(epoch.dev.f1)
        trial.report(epoch.dev.f1, epoch.number)
        if trial.should_prune():
            raise optuna.TrialPruned
        if end is not None and time.time() > end:
            raise TimeOver

    with TemporaryDirectory(dir=search.folder, prefix="trial-") as folder:
        overrides = [
            *search.overrides,
            *(as_override(key, value) for key, value in values.items()),
            as_override("output", str(Path(folder) / "model")),
            "train.tensorboard=false",
        ]
        try:
            log = Path(folder) / "log.txt"
            train_quietly(search.config, overrides, log, search.init, search.root, watch)
        except (ConfigError, Diverged) as error:
            trial.set_user_attr("error", str(error))
            raise
        except TimeOver:
            trial.set_user_attr("stopped", "the time was over")
            if not _is_best(max(scores), trial.study):
                raise optuna.TrialPruned from None
    trial.set_user_attr("epochs", len(scores))
    return max(scores)


def _is_best(score: float, study: Any) -> bool:
    """Return whether a dev F1 is better than those of all trials that came to their end."""
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    return bool(complete) and score > max(trial.value for trial in complete)


def _print_trial(study: Any, trial: Any) -> None:
    """Print how a trial has ended, and the best one so far."""
    from tqdm import tqdm

    seconds = trial.duration.total_seconds() if trial.duration else 0.0
    tqdm.write(f"trial {trial.number}: {outcome(trial)}, {seconds:.0f} s{_best_so_far(study)}")


def _best_so_far(study: Any) -> str:
    complete = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if not complete:
        return ""
    best = max(complete, key=lambda trial: trial.value)
    return f"; best {best.value:.4f} of trial {best.number}"


def outcome(trial: Any) -> str:
    """Return how a trial has ended, in a few words."""
    if trial.state is optuna.trial.TrialState.COMPLETE:
        stopped = ", when the time was over" if "stopped" in trial.user_attrs else ""
        epochs = numbered(trial.user_attrs["epochs"], "epoch")
        return f"dev F1 {trial.value:.4f} after {epochs}{stopped}"
    if trial.state is optuna.trial.TrialState.PRUNED:
        epoch = max(trial.intermediate_values, default=0)
        reason = trial.user_attrs.get("stopped", "behind the others")
        return f"stopped after epoch {epoch}: {reason}"
    return str(trial.user_attrs.get("error", "was interrupted"))
