"""Answers with `normal` have base forms, parts of persons' names, and joined mentions."""

from collections.abc import Sequence

import orjson
from fastapi import Request

from ner_service.corpora.formats.tables import entities_of
from ner_service.corpora.forms.analyses import names_of
from ner_service.names.annotation import annotate
from ner_service.names.types import Analysis
from ner_service.service.api.offsets import convert
from ner_service.service.api.request_body import connection_of
from ner_service.service.api.schemas import Options
from ner_service.service.queue.analysis import AnalysisQueue
from ner_service.service.queue.analysis_thread import Result
from ner_service.service.queue.errors import Late, TaggerFailed
from ner_service.service.queue.job import Answer
from ner_service.service.telemetry.request_log import trace_of
from ner_service.types import Document, Entity

NOTHING = orjson.Fragment(b"[]")


class NameAnswers:
    """The entities that a tagger found are answered with what the analysis of names tells."""

    def __init__(self, queue: AnalysisQueue, timeout_s: float) -> None:
        self._queue, self._timeout_s = queue, timeout_s

    def check_room(self, texts: Sequence[str]) -> None:
        """Raises `Overloaded` where texts are not admitted now."""
        self._queue.check_room(texts)

    async def write(
        self,
        request: Request,
        options: Options,
        texts: Sequence[str],
        answers: Sequence[Answer],
        patient: bool = False,
    ) -> list[Result | TaggerFailed]:
        """Returns `entities` and `names` of each text, as JSON, or that the tagger failed on it.

        The JSON is written where the names are analysed, beside the event loop.
        """
        trace = trace_of(request.scope)
        results: list[Result | TaggerFailed] = [
            a if isinstance(a, TaggerFailed) else {"entities": NOTHING, "names": NOTHING}
            for a in answers
        ]
        named = {n: a for n, a in enumerate(answers) if a and not isinstance(a, TaggerFailed)}
        if not named:
            return results
        seconds = self._timeout_s - trace.seconds
        if seconds <= 0 and not patient:
            raise Late(self._timeout_s)
        began = trace.seconds
        written = await self._queue.analyse(
            [texts[n] for n in named],
            [*named.values()],
            lambda text, entities, analysis: write_text(text, entities, analysis, options),
            self._timeout_s if patient else seconds,
            None if patient else connection_of(request),
        )
        trace.naming += trace.seconds - began
        for n, result in zip(named, written, strict=True):
            results[n] = result
        return results


def write_text(
    text: str, entities: Sequence[Entity], analysis: Analysis, options: Options
) -> Result:
    """Returns `entities` and `names` of a text, as JSON."""
    document = annotate(Document("", text, tuple(entities)), analysis)
    if options.labels is not None:
        document = document.keep_labels(options.labels)
    out = entities_of(document)
    if options.offsets != "codepoint":
        bounds = [offset for e in document.entities for offset in (e.start, e.end)]
        at = convert(text, bounds, options.offsets)
        for entity, span in zip(out, document.entities, strict=True):
            entity["start"], entity["end"] = at[span.start], at[span.end]
    fields = {"entities": out, **names_of(document)}
    return {name: orjson.Fragment(orjson.dumps(value)) for name, value in fields.items()}
