"""Words that are typical of a label are found by tf-idf, inside its names and around them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ner_service.errors import MissingExtra
from ner_service.explore.corpus.grammar import Grammar
from ner_service.explore.corpus.sample import Sample

WINDOW = 5  # tokens on each side of a name that are its context
SHOWN = 15


@dataclass(frozen=True, slots=True)
class TypicalWords:
    """Typical words of a label are lemmas with their weights, the greatest first."""

    label: str
    inside: tuple[tuple[str, float], ...]
    context: tuple[tuple[str, float], ...]


def typical_words(samples: Sequence[Sample], grammar: Grammar) -> list[TypicalWords]:
    """Return the typical words of each label, the most frequent label first.

    The text of a label is all its names, or all their contexts, put together. A word's weight is
    (1 + log of its count in that text) * idf, and the idf is over the documents of the corpus, so
    that words which stand everywhere weigh little (Salton and Buckley 1988).
    """
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ImportError as error:
        raise MissingExtra(f"tf-idf ({error})", "explore") from error
    documents: list[list[str]] = []
    inside: dict[str, list[str]] = {}
    context: dict[str, list[str]] = {}
    for each in (each for sample in samples for each in sample.drawn):
        texts = [token.text for token in each.tokens]
        documents.append(list(grammar.lemmas(texts)))
        names = {place for _, places in each.entities() for place in places}
        for entity, places in each.entities():
            inside.setdefault(entity.label, []).extend(grammar.lemmas(texts[n] for n in places))
            around = (*range(max(0, places.start - WINDOW), places.start),
                      *range(places.stop, min(places.stop + WINDOW, len(texts))))  # fmt: skip
            words = grammar.lemmas(texts[n] for n in around if n not in names)
            context.setdefault(entity.label, []).extend(words)
    if not any(documents):
        return []
    vectorizer = TfidfVectorizer(analyzer=_itself, sublinear_tf=True, norm=None)
    vectorizer.fit(documents)
    vocabulary = vectorizer.get_feature_names_out()

    def best(words: list[str]) -> tuple[tuple[str, float], ...]:
        weights = vectorizer.transform([words]).toarray()[0]
        order = sorted(weights.nonzero()[0], key=lambda n: (-weights[n], vocabulary[n]))
        return tuple((str(vocabulary[n]), float(weights[n])) for n in order[:SHOWN])

    labels = sorted(inside, key=lambda label: -len(inside[label]))
    return [TypicalWords(label, best(inside[label]), best(context[label])) for label in labels]


def _itself(words: list[str]) -> list[str]:
    """Return the words of a document, which has been cut into words before."""
    return words
