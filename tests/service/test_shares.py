"""Shares: the characters that a key may have tagged, on a clock that is moved by hand."""

import multiprocessing
from dataclasses import dataclass

import pytest

from ner_service.errors import Code, Refused
from ner_service.service.api.auth import hash_key
from ner_service.service.api.shares import BURST_S, DAY_S, Clocks, Shares
from tests.serving import serving


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def shares_on(clock: Clock, a_second: float = 0, a_day: float = 0) -> Shares:
    return Shares(a_second, a_day, Clocks(clock, clock))


def retry_after(shares: Shares, key: str, chars: int) -> int:
    with pytest.raises(Refused) as refused:
        shares.take(key, chars)
    assert refused.value.code == Code.RATE_LIMITED
    assert refused.value.retry
    return refused.value.retry


def test_characters_flow_off_at_the_rate() -> None:
    clock = Clock(1_000)
    shares = shares_on(clock, a_second=1_000)
    for _ in range(10):
        shares.take("alice", 1_000)
    assert retry_after(shares, "alice", 1_000) == 1
    assert retry_after(shares, "alice", 5_000) == 5
    shares.take("bob", 1_000)
    clock.now += 1
    shares.take("alice", 1_000)
    assert retry_after(shares, "alice", 1_000) == 1


def test_a_reserve_is_for_small_requests() -> None:
    shares = shares_on(Clock(1_000), a_second=10_000)
    for _ in range(8):
        shares.take("alice", 10_000)
    assert retry_after(shares, "alice", 10_000) == 1
    for _ in range(2):
        shares.take("alice", 8_000)


def test_a_request_of_more_than_may_come_at_once_is_let_in_alone_and_paid_for() -> None:
    clock = Clock(1_000)
    shares = shares_on(clock, a_second=1_000)
    shares.take("alice", 100_000)
    clock.now += 90
    assert retry_after(shares, "alice", 1_000) == 1
    clock.now += BURST_S
    shares.take("alice", 100_000)


def test_a_day_ends_at_midnight() -> None:
    clock = Clock(10 * DAY_S - 60)
    shares = shares_on(clock, a_day=1_000)
    shares.take("alice", 900)
    assert retry_after(shares, "alice", 200) == 60
    shares.take("alice", 100)
    clock.now += 60
    shares.take("alice", 1_000)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_processes_share_an_account() -> None:
    shares = shares_on(Clock(1_000), a_day=1_000)
    child = multiprocessing.get_context("fork").Process(target=shares.take, args=("alice", 900))
    child.start()
    child.join()
    assert child.exitcode == 0
    retry_after(shares, "alice", 200)


def test_who_has_used_up_a_share_is_told_when_to_come_again() -> None:
    keys = f"alice={hash_key('secret')}"
    with serving(api_keys=keys, key_chars_day=10) as client:
        headers = {"x-api-key": "secret"}
        assert client.post("/ner", json={"text": "Анна"}, headers=headers).status_code == 200
        answer = client.post("/ner/batch", json={"texts": ["Анна", "Пётр"]}, headers=headers)
        assert answer.status_code == 429
        assert answer.json()["error"]["code"] == "rate_limited"
        assert int(answer.headers["retry-after"]) > 0
