"""Tables between markers in a Markdown file, made from the results.

`<!-- benchmark:begin NAME -->` and `<!-- benchmark:end NAME -->` enclose a table; NAME is one of
`TABLES`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from ner_service.benchmark.comparison import CHARS, Against, Findings, f1
from ner_service.benchmark.results import Batching, Cutting, Gain, Http, Robustness, Step, Store
from ner_service.errors import ConfigError
from ner_service.files import atomic_file, read_text

BLOCK = re.compile(
    r"(?P<begin><!-- benchmark:begin (?P<name>\w+) -->\n)(?P<body>.*?)"
    r"(?P<end><!-- benchmark:end (?P=name) -->)",
    re.DOTALL,
)
USERS = 16  # of the table of HTTP


def update(store: Store, path: Path, check: bool) -> None:
    """Writes the tables into a file, or raises `ConfigError` where they are not those there."""
    old = read_text(path)
    new = filled(old, Findings(store), path)
    if check and new != old:
        raise ConfigError(f"{path}: its tables are not the results': python -m benchmarks readme")
    if new != old:
        with atomic_file(path) as file:
            file.write(new.encode())


def filled(text: str, findings: Findings, path: Path) -> str:
    """The text with every table made anew."""
    if text.count("<!-- benchmark:begin") != len(BLOCK.findall(text)):
        raise ConfigError(f"{path}: a benchmark:begin marker without its benchmark:end")

    def block(match: re.Match[str]) -> str:
        if match["name"] not in TABLES:
            known = ", ".join(TABLES)
            raise ConfigError(f"{path}: no table is called {match['name']!r}: known are {known}")
        if not NEEDED[match["name"]](findings):
            raise ConfigError(f"{path}: no results for the table {match['name']!r}: measure first")
        body = TABLES[match["name"]](findings)
        return f"{match['begin']}\n{body}\n\n{match['end']}"

    return BLOCK.sub(block, text)


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; all columns but the first are numbers."""
    names = list(head)
    lines = [names, ["---", *["---:"] * (len(names) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _corpus(name: str, findings: Findings) -> str:
    ours = any(q.ours for q in findings.qualities if q.corpus == name)
    return f"{name} (ours)" if ours else name


def quality(findings: Findings) -> str:
    """F1 of each tagger on each corpus with its interval; the best, and those level, in bold."""
    found = {
        (corpus, a.quality.tagger): a for corpus in findings.corpora for a in findings.on(corpus)
    }
    heads = ["strict F1 (95% interval)", *(_corpus(c, findings) for c in findings.corpora)]
    rows = [
        [tagger, *(_f1(found.get((corpus, tagger))) for corpus in findings.corpora)]
        for tagger in findings.taggers
    ]
    return table(heads, rows)


def _f1(against: Against | None) -> str:
    if against is None:
        return "–"
    micro = against.quality.micro
    value = f"**{f1(micro.f1)}**" if against.level else f1(micro.f1)
    return f"{value} ({f1(micro.low)}–{f1(micro.high)})"


def labels(findings: Findings) -> str:
    """F1 by label on the first corpus."""
    ranked = findings.on(findings.corpora[0])
    names = list(ranked[0].quality.labels)
    rows = [
        [
            a.quality.tagger,
            *(f1(a.quality.labels[n].f1 if n in a.quality.labels else None) for n in names),
            *(f1(a.quality.token_io.get(n)) for n in names),
        ]
        for a in ranked
    ]
    title = _corpus(findings.corpora[0], findings)
    return table([title, *names, *(f"token {n}" for n in names)], rows)


def speed(findings: Findings) -> str:
    """What each tagger costs on one core, and cutting alone."""
    heads = (
        "one core",
        "tokens/s, one text a call",
        "× natasha's library",
        "tokens/s, many a call",
        "× natasha's library",
        "ready in, s",
        "memory, MB",
        "on disk, MB",
    )
    rows = [
        [
            c.tagger,
            f"{c.single.median:,.0f}",
            f"{c.single_ratio.median:.2f}",
            f"{c.bulk.median:,.0f}",
            f"{c.bulk_ratio.median:.2f}",
            f"{c.load_s.median:.1f}",
            f"{c.peak_mb:.0f}",
            f"{c.disk_mb:.0f}",
        ]
        for c in findings.costs()
    ]
    tables = [table(heads, rows)]
    if cuttings := findings.cuttings():
        heads_of_cuts = ("cutting alone, one core", "tokens/s", "razdel's", "× razdel")
        tables.append(table(heads_of_cuts, map(_cutting_row, cuttings)))
    return "\n\n".join(tables)


def _cutting_row(found: Cutting) -> list[str]:
    rates = (found.ours, found.razdel)
    return [
        found.what,
        *(f"{rate.median:,.0f}" for rate in rates),
        f"{found.ratio.median:.1f}",
    ]


def http(findings: Findings) -> str:
    """The service and what it stands beside, under one load."""
    heads = (
        f"{CHARS} characters, {USERS} users",
        "requests/s",
        "× plain",
        "p50, ms",
        "p95, ms",
        "p99, ms",
        "CPU ms a request",
    )
    pairs = [(h, s) for h in findings.http for s in h.steps if (s.chars, s.users) == (CHARS, USERS)]
    return table(heads, (_http_row(h, s, findings.beside_plain(h, s)) for h, s in pairs))


def _http_row(server: Http, step: Step, ratio: float | None) -> list[str]:
    figures = (step.p50_ms, step.p95_ms, step.p99_ms)
    return [
        f"{server.server}: {server.about}",
        f"{step.per_second:,.0f}",
        f"{ratio:.2f}" if ratio else "–",
        *(f"{ms:.1f}" for ms in figures),
        f"{step.cpu_ms:.2f}",
    ]


def batching(findings: Findings) -> str:
    """What batches bring, beside what tags text by text."""
    heads = (
        "what batches bring",
        "characters",
        "requests/s",
        "in batches of one",
        "FastAPI, text by text",
        "× batches of one",
        "× FastAPI",
        "texts a batch",
    )
    rows = [_batching_row(b, g) for b in findings.batching for g in b.gains]
    return table(heads, rows)


def _batching_row(found: Batching, gain: Gain) -> list[str]:
    return [
        f"{found.tagger}, {gain.users} users",
        f"{gain.chars:,}",
        *(f"{rate.median:,.0f}" for rate in (gain.ours, gain.single, gain.peer)),
        *(f"{ratio.median:.2f}" for ratio in (gain.over_single, gain.over_peer)),
        f"{gain.batch:.0f}",
    ]


def robustness(findings: Findings) -> str:
    """F1 under each disturbance on the first corpus that was disturbed."""
    first = next(c for c in findings.corpora if findings.disturbed(c))
    found = findings.disturbed(first)
    rows = [_robustness_row(row) for row in found]
    return table([_corpus(first, findings), *found[0].slices], rows)


def _robustness_row(row: Robustness) -> list[str]:
    return [row.tagger, *(f1(part.f1) for part in row.slices.values())]


def machine(findings: Findings) -> str:
    """Where the figures come from."""
    loads = [record.machine.load for record in findings.records]
    places = (
        f"{where.cpu}, {where.cores} cores ({', '.join(where.flags)}), {where.system}, "
        f"Python {where.python}"
        for where in findings.machines
    )
    commits = findings.commits
    return (
        f"{' and '.join(places)}; load {min(loads)} to {max(loads)} when measured; "
        f"{'commits' if len(commits) > 1 else 'commit'} {', '.join(commits)}."
    )


TABLES: Mapping[str, Callable[[Findings], str]] = {
    "quality": quality,
    "labels": labels,
    "speed": speed,
    "http": http,
    "batching": batching,
    "robustness": robustness,
    "machine": machine,
}
NEEDED: Mapping[str, Callable[[Findings], object]] = {
    "quality": lambda found: found.corpora,
    "labels": lambda found: found.corpora,
    "speed": lambda found: found.speed,
    "http": lambda found: found.http,
    "batching": lambda found: found.batching,
    "robustness": lambda found: any(map(found.disturbed, found.corpora)),
    "machine": lambda found: found.records,
}
