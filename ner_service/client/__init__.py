"""The client of the service: it tags and masks texts, from threads or asyncio.

    with Client("http://localhost:8000") as client:
        for entity in client.tag("Анна живёт в Москве."):
            print(entity.label, entity.text)

Needs `pip install 'ner-service[client]'`.
"""

from ner_service.errors import MissingExtra

try:
    import httpx as httpx
except ImportError as error:
    raise MissingExtra(f"the client ({error})", "client") from error

from ner_service.client.aio import AsyncClient
from ner_service.client.answers import Answer, Entities, Found, Options, ServiceError, Unreachable
from ner_service.client.masking import Key, Masked
from ner_service.client.threads import Client
from ner_service.types import Name, Parts

__all__ = [
    "Answer",
    "AsyncClient",
    "Client",
    "Entities",
    "Found",
    "Key",
    "Masked",
    "Name",
    "Options",
    "Parts",
    "ServiceError",
    "Unreachable",
]
