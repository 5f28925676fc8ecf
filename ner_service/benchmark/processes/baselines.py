"""Baselines are an endpoint that does nothing, and simple wrappers, written in ten minutes."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from ner_service.taggers.registry import load_tagger

Answer = dict[str, list[dict[str, Any]]]
Handler = Callable[..., Any]


class Question(BaseModel):
    """A question is a text to tag."""

    text: str


def empty(spec: str) -> Handler:
    """Returns a handler that checks the request and finds nothing: what HTTP alone costs."""

    async def ner(question: Question) -> Answer:
        return {"entities": []}

    return ner


def plain(spec: str) -> Handler:
    """Returns a handler that calls natasha's library, one call a request, in FastAPI's threads."""
    from natasha import NewsEmbedding, NewsNERTagger

    tagger = NewsNERTagger(NewsEmbedding())

    def ner(question: Question) -> Answer:
        spans = tagger(question.text).spans
        return answer(question.text, ((s.start, s.stop, s.type) for s in spans))

    return ner


def single(spec: str) -> Handler:
    """Returns a handler that calls a tagger of ours, one call a request, in its one thread."""
    tagger, thread = load_tagger(spec), ThreadPoolExecutor(1)

    async def ner(question: Question) -> Answer:
        loop = asyncio.get_running_loop()
        (entities,) = await loop.run_in_executor(thread, tagger.tag, [question.text])
        return answer(question.text, ((e.start, e.end, e.label) for e in entities))

    return ner


def answer(text: str, spans: Iterable[tuple[int, int, str]]) -> Answer:
    """Returns entities as the service answers them."""
    return {
        "entities": [{"start": s, "end": e, "label": n, "text": text[s:e]} for s, e, n in spans]
    }


HANDLERS = {"empty": empty, "plain": plain, "single": single}


def main(baseline: str, port: str) -> None:
    """Serves `empty`, `plain` or `single:SPEC` until the process is stopped."""
    name, _, spec = baseline.partition(":")
    app = FastAPI()
    app.post("/ner")(HANDLERS[name](spec))
    uvicorn.run(app, port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
