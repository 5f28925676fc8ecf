"""Clients take turns by characters, so that a long text delays a short one by a batch at most."""

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from ner_service.service.queue.job import Job, Piece, cost


class Turns:
    """Turns go to small jobs first, though to large ones after each batch of small ones.

    Among the small, as among the large, clients share the tagger fairly.
    """

    def __init__(self) -> None:
        self.small, self.large = FairQueue(), FairQueue()
        self._after_small = False  # the last batch was of small jobs alone

    def __bool__(self) -> bool:
        """Returns whether anybody waits."""
        return bool(self.small.clients or self.large.clients)

    def add(self, job: Job) -> None:
        """Queues a job that has a piece; jobs without a client each count as one."""
        (self.small if job.small else self.large).add(job)

    def take(self, most: int, most_of_large: int) -> list[Piece]:
        """Takes pieces up to a cost of `most`, or one; passes over jobs nobody waits for.

        Those of large jobs are taken up to a lower cost, so that a small one that comes meanwhile
        waits for less.
        """
        large: list[Piece] = []
        if self._after_small or not self.small.clients:
            large = [*self.large.take(most_of_large)]
        room = most - sum(cost(piece.text) for piece in large)
        small = [*self.small.take(room, at_least_one=not large)]
        self._after_small = not large
        return large + small or [*self.large.take(most_of_large)]

    def clear(self) -> list[Job]:
        """Returns all jobs, and forgets them."""
        return self.small.clear() + self.large.clear()


@dataclass(eq=False, slots=True)
class Client:
    """A client has jobs, of which each gives a piece in turn; `start` is its virtual time."""

    name: Hashable
    start: float
    jobs: deque[Job] = field(default_factory=deque)


class FairQueue:
    """A queue shares a tagger by weighted fair queueing (Demers, Keshav and Shenker 1989).

    Each client has a clock that its own characters move, and next comes the piece that ends first;
    who is new begins at the time of all, which a character moves by its share. A deficit round
    robin with a quantum of one character would do the same, though not in O(log clients).
    """

    def __init__(self) -> None:
        self.clients: dict[Hashable, Client] = {}  # those that wait
        self._heap: list[tuple[float, int, Client]] = []
        self._order = count()  # of those that end at the same time
        self._now = 0.0  # characters that each client would have had

    def add(self, job: Job) -> None:
        """Queues a job behind those of its client."""
        name = job if job.client is None else job.client
        client = self.clients.get(name)
        if client is None:
            client = self.clients[name] = Client(name, self._now)
            client.jobs.append(job)
            self._push(client)
        else:
            client.jobs.append(job)

    def take(self, most: int, at_least_one: bool = True) -> Iterator[Piece]:
        """Takes pieces up to a cost of `most`."""
        size = 0
        while self._heap:
            end, _, client = self._heap[0]
            job = client.jobs[0]
            piece = job.piece
            if piece is None or job.future.done():
                heappop(self._heap)
                client.jobs.popleft()
                self._push(client)
                continue
            size += cost(piece.text)
            if size > most and not (at_least_one and size == cost(piece.text)):
                return
            heappop(self._heap)
            job.advance()
            client.jobs.rotate(-1)
            if job.piece is None:
                client.jobs.pop()
            client.start = end
            self._now += cost(piece.text) / len(self.clients)
            self._push(client)
            yield piece

    def clear(self) -> list[Job]:
        """Returns all jobs, and forgets them."""
        jobs = [job for client in self.clients.values() for job in client.jobs]
        self.clients.clear()
        self._heap.clear()
        return jobs

    def _push(self, client: Client) -> None:
        if not client.jobs:
            del self.clients[client.name]
            return
        piece = client.jobs[0].piece
        end = client.start + (cost(piece.text) if piece else 0)
        heappush(self._heap, (end, next(self._order), client))
