"""The part `batching` measures what the service gains by tagging waiting texts together."""

import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.processes import servers
from ner_service.benchmark.processes.servers import RunningServer, Server
from ner_service.benchmark.results import Spread, TaggerResult
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError

USERS = 64
LENGTHS = (100, 1_000)  # characters
STEP_S = 1.2
ROUNDS, QUICK_ROUNDS = 3, 1


@dataclass(frozen=True)
class Gain:
    """A gain is requests a second under one load, and their ratios round by round."""

    chars: int
    users: int
    ours: Spread  # the service
    single: Spread  # the service in batches of one text
    peer: Spread  # a wrapper that calls the same tagger text by text
    over_single: Spread
    over_peer: Spread
    batch: float  # texts that the service tagged in one go


class Batching(TaggerResult):
    """A batching result is the service with one tagger, in turns with servers without batches."""

    kind = "batching"
    repeated: bool
    rounds: int
    gains: list[Gain]


def run(plan: Plan) -> None:
    """Measures what batches bring to each tagger."""
    rounds = QUICK_ROUNDS if plan.quick or plan.prose.ours else ROUNDS
    with progress("batching", len(plan.taggers) * len(LENGTHS)) as step:
        for spec in plan.taggers:
            arguments = spec, plan.prose, rounds, STEP_S, step
            plan.store.measure(Batching, spec, plan.timing_key(spec), measure, *arguments)


def measure(spec: str, prose: Prose, rounds: int, seconds: float, step: Step) -> Batching:
    """Puts the service, the service in batches of one text, and a peer under load in turns."""
    wanted = [
        Server.of_tagger(spec),
        Server.of_tagger(spec, NER_BATCH_CHARS="1"),  # less than a text: each goes alone
        Server.baseline(f"single:{spec}", "FastAPI around the same tagger, one text a call"),
    ]
    gains = []
    repeated = prose.ours
    with ExitStack() as stack:
        processes = [stack.enter_context(servers.running(server)) for server in wanted]
        for chars in LENGTHS:
            step(f"{spec}, {chars} characters")
            texts, again = prose.load_texts(chars)
            repeated |= again
            gains.append(_gain(processes, texts, rounds, seconds))
    return Batching(tagger=spec, repeated=repeated, rounds=rounds, gains=gains)


def _gain(
    processes: Sequence[RunningServer], texts: Sequence[str], rounds: int, seconds: float
) -> Gain:
    before = _count_batches(processes[0])
    loads = [(process, USERS) for process in processes] * rounds
    rates = [figures["per_second"] for figures in servers.generate_load(texts, seconds, loads)]
    if not all(rates):
        raise ConfigError(f"a server answered nothing within {seconds:g} s: measure again")
    after = _count_batches(processes[0])
    batches, tagged = (b - a for a, b in zip(before, after, strict=True))
    ours, single, peer = (rates[n :: len(processes)] for n in range(len(processes)))
    return Gain(
        chars=len(texts[0]),
        users=USERS,
        ours=Spread.of(ours),
        single=Spread.of(single),
        peer=Spread.of(peer),
        over_single=Spread.of_ratios(ours, single),
        over_peer=Spread.of_ratios(ours, peer),
        batch=tagged / batches,
    )


def _count_batches(server: RunningServer) -> tuple[float, float]:
    """Returns how many batches the service has tagged, and the number of texts in them."""
    from prometheus_client.parser import text_string_to_metric_families

    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        families = text_string_to_metric_families(answer.read().decode())
    values = {sample.name: sample.value for family in families for sample in family.samples}
    return values["ner_batch_texts_count"], values["ner_batch_texts_sum"]


class Gains(View):
    """Gains are shown in a row for each tagger and length of text."""

    @property
    def rows(self) -> list[Batching]:
        """Returns the results, in the order of tables."""
        return self.results.in_order(Batching)


PART = Part(Batching, "What batches bring", run, Gains)
