"""Temperature scaling (Guo et al. 2017): a few numbers that make scores mean what they say.

One divides the scores of all paths. One more a label then divides the log odds of its entities,
since a net that is right about people may be too sure of organisations.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from ner_service.engine.bilstm import divide_log_odds
from ner_service.nets.artefact import Artefact
from ner_service.scoring import assess
from ner_service.taggers.bilstm import BilstmTagger
from ner_service.training.data.corpus import Corpus
from ner_service.training.model import card

LOWEST, HIGHEST = 0.5, 4.0
TRIALS = 9  # narrow the range of logarithms to a 29th
GOLDEN = (math.sqrt(5) - 1) / 2
LEAST_ENTITIES = 50  # of a label, to fit a temperature of its own
CERTAIN = 1e-6  # scores are kept this far from 0 and 1, whose logarithms are infinite


def calibrate(artefact: Artefact, corpora: Sequence[Corpus]) -> Artefact:
    """Return the model with temperatures fitted on corpora, and with its scores on them.

    Former scores on other corpora stay, without their calibration error.
    """
    temperature = fit_temperature(artefact, corpora)
    net = replace(artefact.net, temperature=temperature, label_temperatures=())
    artefact = replace(artefact, net=net)
    fitted_labels = fit_label_temperatures(artefact, corpora)
    artefact = replace(artefact, net=replace(net, label_temperatures=fitted_labels))
    scores = []
    for corpus in corpora:
        source, predicted = corpus.source, corpus.predict(corpus.tagger(artefact))
        name = card.corpus_name(source.path, source.convention, artefact.net)
        scores.append(card.score_record(name, corpus.sha256, assess(corpus.documents, predicted)))
    fitted = {record["corpus"] for record in scores}
    former = (record | {"ece": None} for record in artefact.meta.get("scores", ()))
    scores += [record for record in former if record["corpus"] not in fitted]
    return replace(artefact, meta=artefact.meta | {"scores": scores})


def fit_temperature(artefact: Artefact, corpora: Sequence[Corpus]) -> float:
    """Return the temperature that maximises the likelihood of entities being right or wrong.

    The best path is the same under any temperature; only the scores of its entities change.
    """
    pairs = [(corpus, corpus.tagger(artefact)) for corpus in corpora]
    if not any(entities for corpus, tagger in pairs for entities in corpus.predict(tagger)):
        return artefact.net.temperature or 1.0  # there is nothing to learn from

    def loss(logarithm: float) -> float:
        for _, tagger in pairs:
            tagger.temper(math.exp(logarithm))
        return sum(negative_log_likelihood(corpus, tagger) for corpus, tagger in pairs)

    return math.exp(minimise(loss, math.log(LOWEST), math.log(HIGHEST)))


def fit_label_temperatures(artefact: Artefact, corpora: Sequence[Corpus]) -> tuple[float, ...]:
    """Return a temperature for each label, by which its entities are most likely right or wrong.

    A label with few entities in the corpora keeps 1; without any that has many, there are none.
    """
    scored: dict[str, list[tuple[float, bool]]] = {label: [] for label in artefact.net.labels}
    for corpus in corpora:
        predicted = corpus.predict(corpus.tagger(artefact))
        for document, entities in zip(corpus.documents, predicted, strict=True):
            gold = {e.span for e in document.entities}
            for e in entities:
                scored[e.label].append((e.score or 0.0, e.span in gold))
    if max(map(len, scored.values())) < LEAST_ENTITIES:
        return ()
    return tuple(_fit_label(pairs) for pairs in scored.values())


def _fit_label(pairs: Sequence[tuple[float, bool]]) -> float:
    """Return the temperature of a label whose entities have these scores and are right or not."""
    if len(pairs) < LEAST_ENTITIES:
        return 1.0

    def loss(logarithm: float) -> float:
        divisor = math.exp(logarithm)
        tempered = ((divide_log_odds(score, divisor), right) for score, right in pairs)
        return -sum(_log_likelihood(score, right) for score, right in tempered)

    return math.exp(minimise(loss, math.log(LOWEST), math.log(HIGHEST)))


def negative_log_likelihood(corpus: Corpus, tagger: BilstmTagger) -> float:
    """Return how unlikely it is, by their scores, that the tagger's entities are right or wrong."""
    total = 0.0
    for document, entities in zip(corpus.documents, corpus.predict(tagger), strict=True):
        gold = {e.span for e in document.entities}
        for e in entities:
            total -= _log_likelihood(e.score or 0.0, e.span in gold)
    return total


def _log_likelihood(score: float, is_right: bool) -> float:
    held = min(max(score, CERTAIN), 1 - CERTAIN)
    return math.log(held if is_right else 1 - held)


def minimise(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a function with one valley is lowest, by golden-section search (Kiefer 1953)."""
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
