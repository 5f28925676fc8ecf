"""Deadlines: each job by its own, over one timer."""

import asyncio

from ner_service.service.queue.deadlines import Deadlines
from ner_service.service.queue.errors import Late
from ner_service.service.queue.job import Job


def test_each_job_is_late_at_its_own_time_and_those_that_went_never() -> None:
    async def test() -> None:
        loop = asyncio.get_running_loop()
        deadlines, started = Deadlines(5), loop.time()
        waits = (0.06, 0.02, 0.04, 0.03)
        jobs = [Job([], loop.create_future()) for _ in waits]
        for job, wait in zip(jobs, waits, strict=True):
            deadlines.add(job, started + wait)
        deadlines.remove(jobs[3])
        late: list[int] = []
        for n, job in enumerate(jobs[:3]):
            job.future.add_done_callback(lambda _, n=n: late.append(n))
        await asyncio.wait([job.future for job in jobs[:3]])
        assert loop.time() - started >= 0.06
        assert late == [1, 2, 0]
        assert {type(job.future.exception()) for job in jobs[:3]} == {Late}
        assert not jobs[3].future.done()

    asyncio.run(asyncio.wait_for(test(), 5))
