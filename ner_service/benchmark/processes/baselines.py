"""What the service stands beside: an endpoint that does nothing, and wrappers of ten minutes.

As a module it is run with NAME PORT, and serves `empty`, `plain`, or `single:SPEC`.
"""

import asyncio
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from ner_service.taggers.registry import load_tagger

Found = dict[str, list[dict[str, Any]]]


class Asked(BaseModel):
    """A request."""

    text: str


def empty(spec: str) -> FastAPI:
    """Reads and checks the request, and answers with no entities: what HTTP alone costs."""
    app = FastAPI()

    @app.post("/ner")
    async def ner(asked: Asked) -> Found:
        return {"entities": []}

    return app


def plain(spec: str) -> FastAPI:
    """natasha behind a route, one call a request."""
    from natasha import NewsEmbedding, NewsNERTagger

    app = FastAPI()
    tagger = NewsNERTagger(NewsEmbedding())

    @app.post("/ner")
    def ner(asked: Asked) -> Found:
        spans = tagger(asked.text).spans
        return found(asked.text, ((s.start, s.stop, s.type) for s in spans))

    return app


def single(spec: str) -> FastAPI:
    """A tagger of ours behind a route, one call a request, in the one thread that it may have."""
    app = FastAPI()
    tagger = load_tagger(spec)
    thread = ThreadPoolExecutor(1)

    @app.post("/ner")
    async def ner(asked: Asked) -> Found:
        loop = asyncio.get_running_loop()
        (entities,) = await loop.run_in_executor(thread, tagger.tag, [asked.text])
        return found(asked.text, ((e.start, e.end, e.label) for e in entities))

    return app


def found(text: str, spans: Iterable[tuple[int, int, str]]) -> Found:
    """The answer, as the service has it."""
    return {
        "entities": [{"start": s, "end": e, "label": n, "text": text[s:e]} for s, e, n in spans]
    }


APPS: dict[str, Callable[[str], FastAPI]] = {"empty": empty, "plain": plain, "single": single}


def main(wanted: str, port: str) -> None:
    """Serves until told to stop."""
    name, _, spec = wanted.partition(":")
    uvicorn.run(APPS[name](spec), port=int(port), log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
