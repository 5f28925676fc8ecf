"""Clients that leave: who is told, and when."""

from ner_service.service.connection import EXTENSION, Gone, Leaving, leaving_of


def test_the_request_that_is_being_answered_is_told_once_its_client_leaves() -> None:
    leaving, told = Leaving(), list[Gone]()
    leaving.then(told.append)
    assert not told
    leaving.leave()
    assert [type(gone) for gone in told] == [Gone]


def test_a_client_that_has_left_already_is_told_at_once() -> None:
    leaving, told = Leaving(), list[Gone]()
    leaving.leave()
    leaving.then(told.append)
    assert len(told) == 1


def test_nobody_is_told_after_the_answer() -> None:
    leaving, told = Leaving(), list[Gone]()
    leaving.then(told.append)
    leaving.forget()
    leaving.leave()
    assert not told


def test_requests_of_one_connection_share_its_leaving_and_other_servers_tell_nothing() -> None:
    leaving = Leaving()
    scope = {"type": "http", "extensions": {EXTENSION: {"leaving": leaving}}}
    assert leaving_of(scope) is leaving
    assert leaving_of({"type": "http"}) is not leaving_of({"type": "http"})
