"""Temperature scaling (Guo et al. 2017): one number that makes scores mean what they say."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from ner_service.nets.artefact import Artefact
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.training.data.corpus import Corpus
from ner_service.training.model import card

LOWEST, HIGHEST = 0.5, 4.0
TRIALS = 9  # narrow the range of logarithms to a twenty-ninth
GOLDEN = (math.sqrt(5) - 1) / 2
CERTAIN = 1e-6  # scores are kept this far from 0 and 1, where a logarithm has no end


def calibrated(artefact: Artefact, corpora: Sequence[Corpus]) -> Artefact:
    """The model with its temperature, and with its scores on the corpora it was fitted on."""
    temperature = fit_temperature(artefact, corpora)
    artefact = replace(artefact, net=replace(artefact.net, temperature=temperature))
    scores = []
    for corpus in corpora:
        source, found = corpus.source, corpus.tagged(corpus.tagger(artefact))
        name = card.told(source.path, source.convention, artefact.net)
        scores.append(card.score(name, corpus.sha256, corpus.documents, found))
    return replace(artefact, meta={**artefact.meta, "scores": scores})


def fit_temperature(artefact: Artefact, corpora: Sequence[Corpus]) -> float:
    """The temperature under which it is likeliest that entities are right as often as they are.

    The best path is the same under any temperature; only the scores of its entities change.
    """
    pairs = [(corpus, corpus.tagger(artefact)) for corpus in corpora]
    if not any(found for corpus, tagger in pairs for found in corpus.tagged(tagger)):
        return artefact.net.temperature or 1.0  # nothing to learn from

    def loss(logarithm: float) -> float:
        for _, tagger in pairs:
            tagger.temper(math.exp(logarithm))
        return sum(surprise(corpus, tagger) for corpus, tagger in pairs)

    return math.exp(lowest(loss, math.log(LOWEST), math.log(HIGHEST)))


def surprise(corpus: Corpus, tagger: BilstmTagger) -> float:
    """The negative log likelihood, by their scores, of found entities being right or wrong."""
    total = 0.0
    for document, found in zip(corpus.documents, corpus.tagged(tagger), strict=True):
        gold = {e.span for e in document.entities}
        for e in found:
            score = min(max(e.score or 0.0, CERTAIN), 1 - CERTAIN)
            total -= math.log(score if e.span in gold else 1 - score)
    return total


def lowest(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function of one valley is lowest, by golden-section search."""
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(TRIALS - 2):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - GOLDEN * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + GOLDEN * (high - low)
            at_right = function(right)
    return (low + high) / 2
