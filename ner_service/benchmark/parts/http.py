"""The part `http` measures the service with each tagger under load, beside other servers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, Step, progress
from ner_service.benchmark.processes import servers
from ner_service.benchmark.processes.servers import EMPTY, INSTANT, PLAIN, Server
from ner_service.benchmark.results import Result
from ner_service.benchmark.texts import Prose
from ner_service.output.plots import color_of, new_axes, svg

Grid = Mapping[int, Sequence[int]]  # numbers of users by length of text in characters
GRID: Grid = {1_000: (1, 4, 16, 64), 200: (1, 16), 10_000: (1, 16)}
ROUGH_GRID: Grid = {1_000: (1, 16, 64), 200: (16,), 10_000: (16,)}  # on the few texts of ours
QUICK_GRID: Grid = {1_000: (1, 16)}
STEP_S, QUICK_STEP_S = 2.5, 1.5
CHARS, USERS = 1_000, 16  # the load by which servers are compared


@dataclass(frozen=True)
class Load:
    """A load is so many users in a closed loop who send texts of `chars` characters."""

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
    """An HTTP result is one server under several loads."""

    kind = "http"
    names_machine = True
    server: str
    about: str
    repeated: bool
    steps: list[Load]

    @property
    def taggers(self) -> Sequence[str]:
        """Returns the specs of the taggers that were measured."""
        return () if self.server in (EMPTY, INSTANT, PLAIN) else (self.server,)


def list_servers(specs: Sequence[str]) -> list[Server]:
    """Returns the service with each tagger, between the servers that it is compared with."""
    instant = ("ner_service.benchmark.processes.instant_service",)
    return [
        Server.baseline(EMPTY, "an endpoint that finds nothing"),
        Server(INSTANT, "ner-service, a tagger that answers at once", instant),
        *map(Server.of_tagger, specs),
        Server.baseline(PLAIN, "FastAPI around natasha"),
    ]


def run(plan: Plan) -> None:
    """Measures every server under every load."""
    grid = QUICK_GRID if plan.quick else ROUGH_GRID if plan.prose.ours else GRID
    seconds = QUICK_STEP_S if plan.quick or plan.prose.ours else STEP_S
    wanted = list_servers(plan.taggers)
    with progress("http", len(wanted) * sum(map(len, grid.values()))) as step:
        for server in wanted:
            key = plan.timing_key(server.name if server.name in plan.taggers else None)
            arguments = server, plan.prose, grid, seconds, step
            plan.store.measure(Http, server.name, key, measure, *arguments)


def measure(server: Server, prose: Prose, grid: Grid, seconds: float, step: Step) -> Http:
    """Puts one server under each load of the grid."""
    loads: list[Load] = []
    repeated = prose.ours
    with servers.running(server) as process:
        for chars, users in grid.items():
            texts, again = prose.load_texts(chars)
            repeated |= again
            measured = servers.generate_load(texts, seconds, [(process, n) for n in users])
            for n, figures in zip(users, measured, strict=True):
                step(f"{server.name}, {chars} characters, {n} users")
                loads.append(Load(chars=chars, **figures))  # type: ignore[arg-type]  # by name
    return Http(server=server.name, about=server.about, repeated=repeated, steps=loads)


class Latency(View):
    """Latency compares servers under the same load and in the same circumstances."""

    chars, users = CHARS, USERS

    @cached_property
    def servers(self) -> list[Http]:
        """Returns the empty server, the instant one, those with taggers, and the plain one."""
        rank = {EMPTY: 0, INSTANT: 1, PLAIN: 3}
        servers = [record.result for record in self.results.records(Http)]
        return sorted(servers, key=lambda h: (rank.get(h.server, 2), self.results.place(h.server)))

    @cached_property
    def _circumstances(self) -> dict[str, tuple[object, ...]]:
        """Returns the settings, machine, versions and commit of each server's measurement."""
        return {
            record.result.server: (
                {name: value for name, value in record.key.items() if name != "tagger"},
                record.machine.model_dump(exclude={"load"}),
            )
            for record in self.results.records(Http)
        }

    def ratio_to_plain(self, http: Http, load: Load) -> float | None:
        """Returns the ratio of requests a second to the plain server's, if all else is equal."""
        if self._circumstances[http.server] != self._circumstances.get(PLAIN):
            return None
        plain = next(h for h in self.servers if h.server == PLAIN)
        same = (s for s in plain.steps if (s.chars, s.users) == (load.chars, load.users))
        return next((load.per_second / s.per_second for s in same if s.per_second), None)

    def median_ms(self, tagger: str, identity: str) -> float | None:
        """Returns the median latency of one user, of a tagger of just this identity."""
        for record in self.results.records(Http):
            if record.result.server == tagger and record.key.get("tagger") == identity:
                for load in record.result.steps:
                    if (load.chars, load.users) == (CHARS, 1):
                        return load.p50_ms
        return None

    def pictures(self) -> Mapping[str, str]:
        """Returns the median and the 99th percentile of latency over the number of users."""
        figure, axes = new_axes()
        colors = color_of([*self.results.taggers, EMPTY, PLAIN, INSTANT])
        ticks: set[int] = set()
        for http in self.servers:
            loads = [load for load in http.steps if load.chars == CHARS]
            users, color = [load.users for load in loads], colors[http.server]
            ticks |= set(users)
            if loads:
                axes.plot(users, [s.p50_ms for s in loads], "o-", color=color, label=http.server)
                axes.plot(users, [s.p99_ms for s in loads], ":", color=color)
        axes.set_xscale("log", base=2)
        axes.set(yscale="log", xlabel="users at once", ylabel="ms (solid: half, dotted: 99%)")
        axes.set_xticks(sorted(ticks), [str(n) for n in sorted(ticks)])
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
        axes.legend(frameon=False)
        return {"latency": svg(figure, "latency")}


PART = Part(Http, "Over HTTP", run, Latency)
