"""The self-check holds the harness to published figures, and our natasha adapter to natasha."""

from pathlib import Path

from ner_service.benchmark.part import Part, View
from ner_service.benchmark.plan import Plan, progress
from ner_service.benchmark.processes import natasha_library
from ner_service.benchmark.results import Result
from ner_service.benchmark.texts import OWN_NEWS, Corpus, is_present, load_corpus, predict
from ner_service.scoring.f1 import token_io
from ner_service.taggers.registry import load_tagger
from ner_service.types import Tagger

# naeval's figures for slovnet, which natasha ships, on factRuEval dev and test together
PUBLISHED = {"PER": 0.959, "LOC": 0.915, "ORG": 0.825}
FACTRUEVAL = ("factru_devset", "factru_testset")
TOLERANCE = 0.001  # naeval publishes three digits


class SelfCheck(Result):
    """A self-check tells whether the harness measures what others measured."""

    kind = "selfcheck"
    published: dict[str, float]
    measured: dict[str, float] | None  # none where factRuEval is not present
    same_documents: int
    documents: int

    @property
    def is_reproduced(self) -> bool | None:
        """Returns whether the published figures come out; `None` where they were not compared."""
        if self.measured is None:
            return None
        pairs = ((self.measured.get(label, 0), f1) for label, f1 in self.published.items())
        return all(abs(ours - theirs) <= TOLERANCE for ours, theirs in pairs)

    @property
    def is_broken(self) -> bool:
        """Returns whether the harness must not be trusted."""
        return self.is_reproduced is False or self.same_documents < self.documents


def run(plan: Plan) -> None:
    """Checks the harness once for these versions and corpora."""
    own = load_corpus(OWN_NEWS, plan.root, {})
    adapter = load_tagger("natasha")
    key = {
        "corpus": own.hash,
        "tagger": f"{adapter.info.version} {adapter.info.hash}",
        "factrueval": str(all(is_present(part, plan.root) for part in FACTRUEVAL)),
    }
    with progress("selfcheck", 1) as step:
        step("natasha")
        library = natasha_library.load()
        plan.store.measure(SelfCheck, "natasha", key, check, adapter, library, own, plan.root)


def check(adapter: Tagger, library: Tagger, own: Corpus, root: Path | None) -> SelfCheck:
    """Compares the natasha adapter with naeval's figures where factRuEval is present, and natasha.

    The figures catch a harness that counts wrongly; the comparison with the library called
    directly, on any machine, catches an adapter that moves offsets.
    """
    texts = [d.text for d in own.documents]
    answers = zip(adapter.tag(texts), library.tag(texts), strict=True)
    return SelfCheck(
        published=PUBLISHED,
        measured=_token_f1(adapter, root),
        same_documents=sum([e.span for e in a] == [e.span for e in b] for a, b in answers),
        documents=len(texts),
    )


def _token_f1(tagger: Tagger, root: Path | None) -> dict[str, float] | None:
    if not all(is_present(part, root) for part in FACTRUEVAL):
        return None
    documents = [d for part in FACTRUEVAL for d in load_corpus(part, root, {}).documents]
    scores = token_io(documents, predict(tagger, documents, {}))
    return {label: score.f1 for label, score in scores.items()}


class Verdict(View):
    """The verdict is the last self-check."""

    @property
    def check(self) -> SelfCheck:
        """Returns the only self-check of the results."""
        return self.results.records(SelfCheck)[0].result


PART = Part(SelfCheck, "Can the harness be trusted?", run, Verdict)
