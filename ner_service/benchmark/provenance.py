"""The machines, versions and commits behind a set of records are named in the footnotes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ner_service.benchmark.machine import Machine
from ner_service.benchmark.results import Record


@dataclass(frozen=True)
class Provenance:
    """Provenance tells where, when and with what records were measured."""

    records: Sequence[Record[Any]]

    @property
    def machines(self) -> list[Machine]:
        """Returns the machines that were measured on, each once whatever its load was."""
        machines = (record.machine for record in self.records)
        kinds = {(m.cpu, m.cores, *m.flags, m.memory_gb, m.system, m.python): m for m in machines}
        return [*kinds.values()]

    @property
    def commits(self) -> list[str]:
        """Returns the commits that were measured, in order of time."""
        records = sorted(self.records, key=lambda record: record.created)
        return [*dict.fromkeys(record.machine.commit or "unknown" for record in records)]

    @property
    def versions(self) -> dict[str, str]:
        """Returns the versions of each package, all that were measured."""
        seen = dict.fromkeys(v for record in self.records for v in record.machine.versions.items())
        return {name: " and ".join(v for other, v in seen if other == name) for name, _ in seen}
