"""A plan names the taggers and corpora of a run, and how thorough it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TypeVar

from tqdm import tqdm

from ner_service.benchmark.results import CorpusResult, Store
from ner_service.benchmark.texts import Corpus, Prose, load_corpora, load_prose
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

Step = Callable[[str], None]
C = TypeVar("C", bound=CorpusResult)
CorpusMeasure = Callable[[Corpus, str, Tagger, Mapping[str, str], int], C]  # spec, mapping, seed


@dataclass(frozen=True)
class Plan:
    """A plan is what one call of `ner-service benchmark` measures, and where results go."""

    taggers: Sequence[str]
    corpora: Sequence[str]
    mapping: Mapping[str, str]
    root: Path | None  # the folder that corpora are named in
    store: Store
    quick: bool  # takes fewer rounds and loads

    @cached_property
    def instances(self) -> dict[str, Tagger]:
        """Returns the taggers, loaded once, by spec."""
        return {spec: load_tagger(spec) for spec in self.taggers}

    @cached_property
    def texts(self) -> list[Corpus]:
        """Returns the annotated corpora, read once."""
        return load_corpora(self.corpora, self.root, self.mapping)

    @cached_property
    def prose(self) -> Prose:
        """Returns the plain texts that speed is measured on, read once."""
        return load_prose(self.root, self.store.seed)

    def identity(self, spec: str) -> str:
        """Returns the version and weights of a tagger; others are another tagger's."""
        info = self.instances[spec].info
        return f"{info.version} {(info.hash or '')[:16]}".strip()

    def timing_key(self, spec: str | None = None) -> dict[str, str]:
        """Returns what a timing depends on: its thoroughness, its texts, its tagger if any."""
        key = {"quick": str(self.quick), "texts": self.prose.hash}
        return {**key, "tagger": self.identity(spec)} if spec else key

    def measure_on_corpora(
        self, kind: type[C], specs: Sequence[str], measure: CorpusMeasure[C], variant: str = ""
    ) -> None:
        """Measures taggers on every corpus; results of a variant stand beside the others."""
        with progress(f"{kind.kind} {variant}".strip(), len(self.texts) * len(specs)) as step:
            for corpus, spec in product(self.texts, specs):
                step(f"{spec} on {corpus.name}")
                key = {"corpus": corpus.hash, "tagger": self.identity(spec)}
                arguments = corpus, spec, self.instances[spec], self.mapping, self.store.seed
                name = "--".join([corpus.name, spec, *([variant] if variant else [])])
                self.store.measure(kind, name, key, measure, *arguments)


@contextmanager
def progress(part: str, total: int) -> Iterator[Step]:
    """Shows a progress bar; each call names the step that begins."""
    with tqdm(total=total, desc=part, disable=None) as bar:

        def step(name: str) -> None:
            bar.set_postfix_str(name)
            bar.update()

        yield step
