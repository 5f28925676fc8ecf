"""What the service stands beside: an endpoint that does nothing, and a wrapper of ten minutes."""

from fastapi import FastAPI
from pydantic import BaseModel


class Asked(BaseModel):
    """A request."""

    text: str


def empty() -> FastAPI:
    """Reads and checks the request, and answers with no entities: what HTTP alone costs."""
    app = FastAPI()

    @app.post("/ner")
    async def ner(asked: Asked) -> dict[str, list[str]]:
        return {"entities": []}

    return app


def plain() -> FastAPI:
    """natasha behind a route, one call a request."""
    from natasha import NewsEmbedding, NewsNERTagger

    app = FastAPI()
    tagger = NewsNERTagger(NewsEmbedding())

    @app.post("/ner")
    def ner(asked: Asked) -> dict[str, list[dict[str, str | int]]]:
        spans = tagger(asked.text).spans
        return {
            "entities": [
                {
                    "start": s.start,
                    "end": s.stop,
                    "label": s.type,
                    "text": asked.text[s.start : s.stop],
                }
                for s in spans
            ]
        }

    return app
