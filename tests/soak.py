"""Asks a running service with ever-new words, and watches its memory.

python -m tests.soak natasha,bilstm 200000
"""

import asyncio
import random
import sys
import time
from collections.abc import Sequence

import httpx
import orjson

from tests.serving import Running, memory_of, running

CONNECTIONS = 4
LETTERS = "абвгдежзийклмнопрстуфхцчшщыэюя"


def new_text(numbers: random.Random) -> str:
    """A dozen words that nobody has seen before, some with capitals."""
    words = ("".join(numbers.choices(LETTERS, k=numbers.randint(4, 10))) for _ in range(12))
    return " ".join(word.capitalize() if numbers.random() < 0.4 else word for word in words) + "."


async def ask(service: Running, taggers: Sequence[str], requests: int, seed: int) -> None:
    """Asks each tagger in turns over one connection; all must be answered with 200."""
    numbers = random.Random(seed)
    url = httpx.URL(service.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = "POST /ner HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
    for n in range(requests):
        question = {"text": new_text(numbers), "tagger": taggers[n % len(taggers)]}
        body = orjson.dumps(question)
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 200 "), answer
        size = answer.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(size))
    writer.close()


async def soak(service: Running, taggers: Sequence[str], requests: int, step: int) -> list[int]:
    """The memory of the service after each `step` requests."""
    memory = []
    for done in range(0, requests, step):
        some = step // CONNECTIONS
        await asyncio.gather(*(ask(service, taggers, some, done + n) for n in range(CONNECTIONS)))
        memory.append(memory_of(service.process.pid))
    return memory


def ask_long(service: Running, taggers: Sequence[str]) -> None:
    """Asks each tagger for a text as long as the service takes, twice."""
    numbers = random.Random(0)
    text = " ".join(new_text(numbers) for _ in range(13_000))[:1_000_000]
    for tagger in [*taggers] * 2:
        question = {"text": text, "tagger": tagger}
        httpx.post(f"{service.url}/ner", json=question, timeout=600).raise_for_status()


def main(taggers: str, requests: int) -> None:
    """Prints the memory in megabytes after each twentieth of the requests, and its peak."""
    started = time.monotonic()
    names = taggers.split(",")
    with running(taggers=taggers, log_level="warning", timeout_s=600) as service:
        ready = memory_of(service.process.pid)
        memory = asyncio.run(soak(service, names, requests, requests // 20))
        ask_long(service, names)
        peak = memory_of(service.process.pid, "VmHWM")
    print(taggers, [round(size / 1e6, 1) for size in memory], f"{time.monotonic() - started:.0f} s")
    print(f"drift after the first tenth: {max(memory[2:]) / memory[1] - 1:+.1%}")
    print(
        f"when ready {ready / 1e6:.0f}, peak after a text of a million characters {peak / 1e6:.0f}"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
