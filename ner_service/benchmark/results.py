"""What is measured, and the files it is kept in."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from ner_service.benchmark.machine import Machine
from ner_service.errors import ConfigError
from ner_service.files import atomic_file

FORMAT = "1"


class Result(BaseModel):
    """One measurement; `kind` names its files."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: ClassVar[str]


class Rate(Result):
    """Strict scores with the 95% bootstrap interval of F1; `gold` counts the entities."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    gold: int


class ErrorCounts(Result):
    """As `ner_service.scoring.Errors`."""

    right: int
    boundary: int
    label: int
    both: int
    missed: int
    spurious: int


class ReliabilityBin(Result):
    """As `ner_service.scoring.Bin`."""

    score: float
    precision: float
    count: int


class Reliability(Result):
    """As `ner_service.scoring.Calibration`."""

    ece: float
    bins: list[ReliabilityBin]


class Quality(Result):
    """A tagger on a corpus; `micro` is over the labels that both know.

    `unknown` counts gold entities of labels that the tagger cannot produce, `foreign` what it
    predicted of labels that the corpus has not; `micro_all` scores those too.
    """

    kind = "quality"
    corpus: str
    ours: bool
    tagger: str
    version: str
    documents: int
    labels: dict[str, Rate]
    micro: Rate
    micro_all: float
    unknown: dict[str, int]
    foreign: dict[str, int]
    errors: dict[str, ErrorCounts]
    token_io: dict[str, float]
    reliability: Reliability | None
    score_kind: str
    by_document: list[tuple[int, int, int]]


class SelfCheck(Result):
    """Whether the harness measures what others measured; `None`: factRuEval is not here."""

    kind = "selfcheck"
    published: dict[str, float]
    measured: dict[str, float] | None
    same_documents: int
    documents: int

    @property
    def reproduced(self) -> bool | None:
        if self.measured is None:
            return None
        return all(abs(self.measured.get(k, 0) - f1) <= 0.001 for k, f1 in self.published.items())

    @property
    def broken(self) -> bool:
        return self.reproduced is False or self.same_documents < self.documents


class Slice(Result):
    """F1 on a corpus under one disturbance."""

    f1: float
    low: float
    high: float


class Robustness(Result):
    """A tagger on a disturbed corpus; the first slice is the corpus as it is."""

    kind = "robustness"
    corpus: str
    ours: bool
    tagger: str
    slices: dict[str, Slice]


class Spread(Result):
    """The median of several rounds, the least and the greatest."""

    median: float
    low: float
    high: float


class Cost(Result):
    """What a tagger costs on one core: tokens and texts a CPU second, and their ratio to natasha.

    `bulk` is many texts a call, `single` one text a call; seconds and megabytes for the rest.
    """

    tagger: str
    bulk: Spread
    single: Spread
    bulk_ratio: Spread
    single_ratio: Spread
    bulk_texts: float
    single_texts: float
    load_s: Spread
    loaded_mb: float
    peak_mb: float
    disk_mb: float


class Cutting(Result):
    """Cutting alone: tokens a CPU second, ours and razdel's, and their ratio round by round."""

    what: str
    ours: Spread
    razdel: Spread
    ratio: Spread


class Speed(Result):
    """Taggers measured in the same interleaved rounds; ratios are to the first of `costs`."""

    kind = "speed"
    texts: str
    ours: bool
    rounds: int
    costs: list[Cost]
    cuttings: list[Cutting] = []  # results of before have none


class Growth(Result):
    """CPU microseconds a character by text length, and a text by batch size.

    `exponent` is that of cost over length in the longest decade measured: 1 is linear.
    """

    kind = "growth"
    tagger: str
    repeated: bool
    by_length: dict[int, float]
    by_batch: dict[int, float]
    exponent: float


class Step(Result):
    """A server under one load: `users` in a closed loop send texts of `chars` characters."""

    chars: int
    users: int
    requests: int
    failures: int
    per_second: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    cpu_ms: float


class Http(Result):
    """A server under several loads: the service, or what it stands beside."""

    kind = "http"
    server: str
    about: str
    repeated: bool
    steps: list[Step]


class Gain(Result):
    """What batches bring under one load: requests a second, and ratios round by round.

    `ours` is the service, `single` the service in batches of one text, `peer` a wrapper that calls
    the same tagger text by text; `batch` is how many texts the service tagged in one go.
    """

    chars: int
    users: int
    ours: Spread
    single: Spread
    peer: Spread
    over_single: Spread
    over_peer: Spread
    batch: float


class Batching(Result):
    """The service with one tagger, in turns with what tags text by text."""

    kind = "batching"
    tagger: str
    repeated: bool
    rounds: int
    gains: list[Gain]


R = TypeVar("R", bound=Result)


class Record(BaseModel, Generic[R]):
    """A result with all that is needed to judge and to repeat it."""

    kind: str
    key: dict[str, str]
    seed: int
    created: str
    machine: Machine
    result: R


class Store:
    """A folder of records; a measurement whose key is there is not made again."""

    def __init__(self, folder: Path, seed: int, fresh: bool = False) -> None:
        self.folder, self.seed, self._fresh = folder, seed, fresh

    def measure(self, kind: type[R], name: str, key: Mapping[str, str], run: Callable[[], R]) -> R:
        """The stored result under that name and key, or a new one."""
        path = self.folder / f"{kind.kind}--{slug(name)}.json"
        wanted = {"format": FORMAT, "seed": str(self.seed), **key}
        if path.exists() and not self._fresh:
            found = self._read(path, kind)
            if found and found.key == wanted:
                return found.result
        record = Record[kind](  # type: ignore[valid-type]
            kind=kind.kind,
            key=wanted,
            seed=self.seed,
            machine=Machine.here(),
            result=run(),
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        with atomic_file(path) as file:
            file.write(record.model_dump_json(indent=1).encode() + b"\n")
        return record.result

    def all(self, kind: type[R]) -> list[Record[R]]:
        """Every record of a kind, by name; raises `ConfigError` for one of another format."""
        found = []
        for path in sorted(self.folder.glob(f"{kind.kind}--*.json")):
            record = self._read(path, kind)
            if record is None:
                raise ConfigError(f"{path}: of another format: measure again with --fresh")
            found.append(record)
        return found

    def _read(self, path: Path, kind: type[R]) -> Record[R] | None:
        try:
            record: Any = Record[kind].model_validate_json(path.read_bytes())  # type: ignore[valid-type]
        except ValidationError:
            return None
        except OSError as error:
            raise ConfigError(f"{path}: {error.strerror}") from None
        return record  # type: ignore[no-any-return]


def slug(name: str) -> str:
    """A name as the names of files have it."""
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
