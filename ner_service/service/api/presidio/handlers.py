"""The handlers of Presidio's REST API, under `/presidio/`; their errors have Presidio's form."""

from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from typing import Any

import orjson
from fastapi import Request, Response
from pydantic import ValidationError

from ner_service.errors import Code, NerError, Refused
from ner_service.names.masking.identifiers import choose_identifiers, cover, find_identifiers
from ner_service.service.api.answers import Answers
from ner_service.service.api.background import Background
from ner_service.service.api.errors import fail, refusal
from ner_service.service.api.presidio import anonymization
from ner_service.service.api.presidio.analysis import choose, find_ad_hoc, results_of, type_of
from ner_service.service.api.presidio.forms import (
    MOST_TEXTS,
    AnalyzeForm,
    AnonymizeForm,
    DeanonymizeForm,
    ResultForm,
)
from ner_service.service.api.request_body import JSON, BodyReader, Form
from ner_service.service.api.schemas import Options
from ner_service.service.queue.errors import TaggerFailed
from ner_service.service.telemetry.request_log import trace_of
from ner_service.types import Entity

UP = "Presidio Analyzer service is up"  # as Presidio says it, for monitors that compare
NOBODY = "No matching recognizers were found to serve the request."
WITHOUT_RESULTS = "Invalid input, request must contain analyzer results"
ANONYMIZE, DEANONYMIZE = Form(AnonymizeForm), Form(DeanonymizeForm)

Handler = Callable[[Any, Request], Coroutine[Any, Any, Response]]


def presidio_errors(handler: Handler) -> Handler:
    """Return a handler whose errors are `{"error": "message"}`, as Presidio's clients read them."""

    @wraps(handler)
    async def answer(self: Any, request: Request) -> Response:
        try:
            return await handler(self, request)
        except (NerError, ValidationError) as error:
            response = fail(trace_of(request.scope), error)
            response.body = orjson.dumps({"error": str(refusal(error))})
            response.headers["content-length"] = str(len(response.body))
            return response

    return answer


class Presidio:
    """Handlers answer Presidio's clients; the default tagger finds the names."""

    def __init__(
        self, answers: Answers, reader: BodyReader, background: Background, most_texts: int
    ) -> None:
        self._answers, self._reader, self._background = answers, reader, background
        self._most_texts = most_texts
        self._form = Form(AnalyzeForm, most_texts)

    async def health(self) -> Response:
        """Says that the service is up."""
        return Response(UP, media_type="text/plain")

    @presidio_errors
    async def analyze(self, request: Request) -> Response:
        """Finds the entities of a text or of several."""
        received = await self._reader.receive(request, self._form.parse)
        asked = received.asked
        texts = self._texts(asked.text, self._most_texts)
        tagger = self._answers.choose_lane(Options()).check()
        known = [label for label in tagger.info.labels if _is_wanted(label, asked)]
        identifiers = [label for label in choose_identifiers(None) if _is_wanted(label, asked)]
        if not (known or identifiers or asked.ad_hoc_recognizers):
            raise Refused(Code.INVALID_REQUEST, NOBODY, ["entities"])
        names: list[list[Entity]] = [[] for _ in texts]
        if known:
            _, found = await self._answers.tag(request, Options(), texts)
            names = [_only(answer, known) for answer in found]

        def work() -> bytes:
            results = _analyze(texts, names, identifiers, tagger.info.name, asked)
            explain = bool(asked.return_decision_process)
            out = [[result.as_json(explain) for result in of_text] for of_text in results]
            return orjson.dumps(out if isinstance(asked.text, list) else out[0])

        searches = bool(asked.ad_hoc_recognizers) or asked.allow_list_match == "regex"
        return await received.answer(self._background, work, may_be_long=searches)

    @presidio_errors
    async def anonymize(self, request: Request) -> Response:
        """Replaces the results of an analysis by what operators make of them."""
        received = await self._reader.receive(request, ANONYMIZE.parse)
        asked, results = received.asked, received.asked.analyzer_results
        operators = asked.anonymizers or {}
        work = self._work(
            asked.text, results, lambda t, r: anonymization.anonymize(t, r, operators)
        )
        return await received.answer(self._background, work)

    @presidio_errors
    async def deanonymize(self, request: Request) -> Response:
        """Decrypts what the operator `encrypt` has encrypted."""
        received = await self._reader.receive(request, DEANONYMIZE.parse)
        asked, results = received.asked, received.asked.anonymizer_results
        operators = asked.deanonymizers or {}
        work = self._work(
            asked.text, results, lambda t, r: anonymization.deanonymize(t, r, operators)
        )
        return await received.answer(self._background, work)

    @presidio_errors
    async def supported_entities(self, request: Request) -> Response:
        """Lists the entity types that an analysis finds."""
        return _json(sorted({type_of(label) for label in self._labels()}))

    @presidio_errors
    async def recognizers(self, request: Request) -> Response:
        """Lists the recognizers: the default tagger, and the identifiers."""
        tagger = self._answers.choose_lane(Options()).check().info.name
        return _json([tagger, *(["identifiers"] if choose_identifiers(None) else [])])

    async def anonymizers(self) -> Response:
        """Lists the operators that anonymize."""
        return _json(anonymization.OPERATORS)

    async def deanonymizers(self) -> Response:
        """Lists the operators that undo it."""
        return _json(anonymization.UNDOING)

    def _labels(self) -> list[str]:
        tagger = self._answers.choose_lane(Options()).check()
        return [*tagger.info.labels, *choose_identifiers(None)]

    def _texts(self, text: str | list[str], most: int) -> list[str]:
        """Return the texts of a request; raises `Refused` for none, too many or too long ones."""
        texts = text if isinstance(text, list) else [text]
        if not texts:
            raise Refused(Code.INVALID_REQUEST, "No text provided", ["text"])
        if len(texts) > most:
            raise Refused(Code.TOO_MANY_TEXTS, f"text: more than {most} texts", ["text"])
        for one in texts:
            self._answers.check_length(one, "text")
        return texts

    def _work(
        self,
        text: str | list[str],
        results: Sequence[ResultForm] | Sequence[Sequence[ResultForm]] | None,
        operate: Callable[[str, Sequence[ResultForm]], dict[str, Any]],
    ) -> Callable[[], bytes]:
        """Return the work that answers each text with what is made of it and of its results."""
        texts = self._texts(text, MOST_TEXTS)
        if isinstance(text, str) and results is None:
            raise Refused(Code.INVALID_REQUEST, WITHOUT_RESULTS)
        by_text: Any = [results] if isinstance(text, str) else results or [[] for _ in texts]
        if len(by_text) != len(texts) or not all(isinstance(of, list) for of in by_text):
            message = "Invalid input, there must be one list of results for each text"
            raise Refused(Code.INVALID_REQUEST, message)

        def work() -> bytes:
            done = [operate(one, found) for one, found in zip(texts, by_text, strict=True)]
            return orjson.dumps(done[0] if isinstance(text, str) else done)

        return work


def _analyze(
    texts: Sequence[str], names: Sequence[Sequence[Entity]], identifiers: Sequence[str],
    tagger: str, asked: AnalyzeForm,
) -> Any:  # fmt: skip
    found = []
    for text, of_text, ad_hoc in zip(texts, names, find_ad_hoc(texts, asked), strict=True):
        numbers = find_identifiers(text, identifiers) if identifiers else []
        entities = cover(of_text, numbers, text)
        found.append([*results_of(entities, identifiers, tagger), *ad_hoc])
    return choose(texts, found, asked)


def _is_wanted(label: str, asked: AnalyzeForm) -> bool:
    return asked.entities is None or type_of(label) in asked.entities


def _only(answer: list[Entity] | TaggerFailed, labels: Sequence[str]) -> list[Entity]:
    """Return the entities of some labels; raises where the tagger failed."""
    if isinstance(answer, TaggerFailed):
        raise answer
    return [entity for entity in answer if entity.label in labels]


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type=JSON)
