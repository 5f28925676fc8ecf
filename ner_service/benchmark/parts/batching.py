"""What it brings to tag in one go whatever came in meanwhile, instead of text by text."""

import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack

from prometheus_client.parser import text_string_to_metric_families

from ner_service.benchmark.parts.http import ENOUGH, Running, Server, load, running
from ner_service.benchmark.parts.speed import Tick, ratio, spread
from ner_service.benchmark.results import Batching, Gain
from ner_service.benchmark.texts import Prose
from ner_service.errors import ConfigError

USERS = 64
LENGTHS = (100, 1_000)


def measure(spec: str, prose: Prose, rounds: int, seconds: float, tick: Tick) -> Batching:
    """The service, the service in batches of one text, and a peer, in turns under one load."""
    servers = [
        Server.ours(spec),
        Server.ours(spec, NER_BATCH_CHARS="1"),  # less than a text: each goes alone
        Server.peer(f"single:{spec}", "FastAPI around the same tagger, one text a call"),
    ]
    gains = []
    repeated = prose.ours
    with ExitStack() as stack:
        there = [stack.enter_context(running(server)) for server in servers]
        for chars in LENGTHS:
            texts, again = prose.pieces(chars, min(prose.chars, ENOUGH) // chars or 1)
            repeated |= again
            gains.append(_gain(there, texts, rounds, seconds))
            tick(f"batching {spec}, {chars} characters")
    return Batching(tagger=spec, repeated=repeated, rounds=rounds, gains=gains)


def _gain(there: Sequence[Running], texts: Sequence[str], rounds: int, seconds: float) -> Gain:
    before = _batches(there[0])
    steps = [server.step(USERS) for server in there] * rounds
    rates = [step["per_second"] for step in load(texts, seconds, steps)]
    if not all(rates):
        raise ConfigError(f"a server answered nothing within {seconds:g} s: measure again")
    batches, tagged = (b - a for a, b in zip(before, _batches(there[0]), strict=True))
    ours, single, peer = (rates[n :: len(there)] for n in range(len(there)))
    return Gain(
        chars=len(texts[0]),
        users=USERS,
        ours=spread(ours),
        single=spread(single),
        peer=spread(peer),
        over_single=ratio(ours, single),
        over_peer=ratio(ours, peer),
        batch=tagged / batches,
    )


def _batches(server: Running) -> tuple[float, float]:
    """How many batches the service has tagged, and the texts in them."""
    with urllib.request.urlopen(f"{server.url}/metrics") as answer:
        families = text_string_to_metric_families(answer.read().decode())
    values = {sample.name: sample.value for family in families for sample in family.samples}
    return values["ner_batch_texts_count"], values["ner_batch_texts_sum"]
