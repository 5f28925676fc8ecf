"""Errors say why a lane does not answer a text."""

from ner_service.errors import Code, Refused

LONGEST_RETRY_S = 60


def retry_after(wait_s: float) -> int:
    """Returns in how many seconds a request may come again, where texts queue for so long."""
    return min(LONGEST_RETRY_S, max(1, round(wait_s)))


class Overloaded(Refused):
    """The queue is full."""

    def __init__(self, retry: int) -> None:
        message = f"the queue is full: try again in {retry} s"
        super().__init__(Code.OVERLOADED, message, retry=retry)


class NotReady(Refused):
    """The tagger is still loading, or has died and is being restarted."""

    def __init__(self, message: str, retry: int = 1) -> None:
        super().__init__(Code.NOT_READY, message, retry=retry)


class Late(Refused):
    """The deadline has passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(Code.TIMEOUT, f"no answer within {seconds:g} s (NER_TIMEOUT_S)")


class TaggerFailed(Refused):
    """The tagger raised on this very text."""

    def __init__(self) -> None:
        super().__init__(Code.TAGGER_FAILED, "the tagger failed on this text")
