"""Anonymization is Presidio's own engine, held to a cost that grows with the length of a text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from ner_service.errors import Code, MissingExtra, Refused
from ner_service.service.api.errors import shorten
from ner_service.service.api.presidio.forms import OperatorForm, ResultForm

ANY = "DEFAULT"  # the name of the operator for all other types
OPERATORS = ["encrypt", "hash", "keep", "mask", "redact", "replace"]
UNDOING = ["decrypt", "deanonymize_keep"]
HASHES = ["sha256", "sha512"]
PIECE_RESULTS = 200  # the engine copies the whole text for each result
Operators = Mapping[str, OperatorForm]
Answer = dict[str, Any]


@cache
def load_engines() -> tuple[Any, Any]:
    """Return Presidio's engines, to anonymize and to undo it; raises `Refused` without `pii`."""
    try:
        from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine
    except ImportError as error:
        missing = MissingExtra("Presidio's anonymizer", "pii")
        raise Refused(Code.INVALID_REQUEST, missing.to_clients) from error
    return AnonymizerEngine(), DeanonymizeEngine()  # type: ignore[no-untyped-call]


def anonymize(text: str, results: Sequence[ResultForm], operators: Operators) -> Answer:
    """Return a text whose entities the operators have replaced, as Presidio's engine does."""
    engine, _ = load_engines()
    from presidio_anonymizer.entities import RecognizerResult

    configs = _configs(operators, "anonymizers", OPERATORS)

    def work(piece: str, found: Sequence[ResultForm]) -> Any:
        entities = [
            RecognizerResult(r["entity_type"], r["start"], r["end"], r.get("score") or 0.0)
            for r in found
        ]
        return engine.anonymize(piece, entities, configs)

    return _by_pieces(text, results, work)


def deanonymize(text: str, results: Sequence[ResultForm], operators: Operators) -> Answer:
    """Return a text whose encrypted entities the operators have decrypted, as Presidio does."""
    _, engine = load_engines()
    from presidio_anonymizer.entities import OperatorResult

    configs = _configs(operators, "deanonymizers", UNDOING)
    _check_items(results, operators)

    def work(piece: str, found: Sequence[ResultForm]) -> Any:
        entities = [OperatorResult(r["start"], r["end"], r["entity_type"]) for r in found]
        return engine.deanonymize(piece, entities, configs)

    return _by_pieces(text, results, work)


def _configs(operators: Operators, field: str, known: Sequence[str]) -> dict[str, Any]:
    """Return the engine's own record of operators; raises `Refused` for one that it lacks.

    The engine would write the name of such an operator into its answer and into the log.
    """
    from presidio_anonymizer.entities import OperatorConfig

    if any(operator.type == "custom" for operator in operators.values()):
        raise Refused(Code.INVALID_REQUEST, "Custom type anonymizer is not supported")
    for name, operator in operators.items():
        place = f"{field}.{shorten(name)}"
        if operator.type not in known:
            message = f"Invalid operator class at {place}.type: take {_one_of(known)}"
            raise Refused(Code.INVALID_REQUEST, message, [field])
        if operator.type == "hash" and (operator.hash_type or HASHES[0]) not in HASHES:
            message = f"Invalid hash at {place}.hash_type: take {_one_of(HASHES)}"
            raise Refused(Code.INVALID_REQUEST, message, [field])
    return {name: OperatorConfig(o.type, o.parameters()) for name, o in operators.items()}


def _one_of(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def _check_items(items: Sequence[ResultForm], operators: Operators) -> None:
    """Raise `Refused` where items overlap or have no operator: the engine takes hours, or fails."""
    end = 0
    for item in sorted(items, key=lambda item: item["start"]):
        if item["start"] < end:
            message = f"two results overlap at {item['start']}: send the items of anonymize"
            raise Refused(Code.INVALID_REQUEST, message, ["anonymizer_results"])
        end = item["end"]
        if item["entity_type"] not in operators and ANY not in operators:
            name = shorten(item["entity_type"])
            message = f"no operator for {name}: name one in deanonymizers, or {ANY}"
            raise Refused(Code.INVALID_REQUEST, message, ["deanonymizers"])


def _by_pieces(
    text: str, results: Sequence[ResultForm], work: Callable[[str, Sequence[ResultForm]], Any]
) -> Answer:
    """Return the engine's answers to the pieces of a text as one, the last item first as it has.

    Raises `Refused` where the engine does not take a result or an operator.
    """
    from presidio_anonymizer.entities import InvalidParamError

    parts: list[str] = []
    items: list[Answer] = []
    length = 0
    try:
        for start, end, inside in pieces(text, results):
            done = work(text[start:end], inside)
            for item in sorted(done.items, key=lambda item: item.start):
                shifted = {"start": item.start + length, "end": item.end + length}
                items.append(vars(item) | shifted)
            parts.append(done.text)
            length += len(done.text)
    except InvalidParamError as error:
        raise Refused(Code.INVALID_REQUEST, error.err_msg) from None
    except ValueError:  # of `decrypt`; its message may quote the text
        message = "a result is not what this key has encrypted: send what encrypt made, and its key"
        raise Refused(Code.INVALID_REQUEST, message) from None
    return {"text": "".join(parts), "items": items[::-1]}


def pieces(text: str, results: Sequence[ResultForm]) -> Iterator[tuple[int, int, list[ResultForm]]]:
    """Yield the bounds of the pieces of a text, and the results in each, from its beginning on.

    Pieces end where no result does more than touch the next one, and where Presidio would not make
    one of two that only spaces part.
    """
    start = end = 0
    inside: list[ResultForm] = []
    for result in sorted(results, key=lambda r: (r["start"], r["end"])):
        apart = result["start"] > end and text[end : result["start"]].strip(" ")
        if len(inside) >= PIECE_RESULTS and apart:
            yield start, end, inside
            start, inside = end, []
        shifted = result.copy()
        shifted["start"], shifted["end"] = result["start"] - start, result["end"] - start
        inside.append(shifted)
        end = max(end, result["end"])
    yield start, len(text), inside
