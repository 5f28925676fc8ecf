"""Asks a running service with ever-new words, and watches its memory.

python -m tests.soak bilstm 200000
"""

import asyncio
import random
import sys
import time

import httpx
import orjson

from tests.serving import Running, memory_of, running

CONNECTIONS = 4
LETTERS = "абвгдежзийклмнопрстуфхцчшщыэюя"


def new_text(numbers: random.Random) -> bytes:
    """A dozen words that nobody has seen before, some with capitals."""
    words = ("".join(numbers.choices(LETTERS, k=numbers.randint(4, 10))) for _ in range(12))
    text = " ".join(word.capitalize() if numbers.random() < 0.4 else word for word in words)
    return orjson.dumps({"text": text + "."})


async def ask(service: Running, requests: int, seed: int) -> None:
    """Asks one request after another over one connection; each must be answered with 200."""
    numbers = random.Random(seed)
    url = httpx.URL(service.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = "POST /ner HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: "
    for _ in range(requests):
        body = new_text(numbers)
        writer.write(f"{head}{len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 200 "), answer
        size = answer.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(size))
    writer.close()


async def soak(service: Running, requests: int, step: int) -> list[int]:
    """The memory of the service after each `step` requests."""
    memory = []
    for done in range(0, requests, step):
        some = step // CONNECTIONS
        await asyncio.gather(*(ask(service, some, done + n) for n in range(CONNECTIONS)))
        memory.append(memory_of(service.process.pid))
    return memory


def main(tagger: str, requests: int) -> None:
    """Prints the memory in megabytes after each twentieth of the requests."""
    started = time.monotonic()
    with running(taggers=tagger, log_level="warning") as service:
        memory = asyncio.run(soak(service, requests, requests // 20))
    print(tagger, [round(size / 1e6, 1) for size in memory], f"{time.monotonic() - started:.0f} s")
    print(f"drift after the first tenth: {max(memory[2:]) / memory[1] - 1:+.1%}")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
