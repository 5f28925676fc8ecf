"""The errors that a caller can act on."""


class NerError(Exception):
    """The root of the errors that a caller can act on; its text is one line that says how."""


class UnknownTagger(NerError):
    """No tagger goes by that name."""


class MissingExtra(NerError):
    """A library that an optional feature needs is not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs: pip install 'ner-service[{extra}]'")


class ModelError(NerError):
    """A model folder or package is missing, damaged, or of another format."""


class CorpusError(NerError):
    """A file of texts or labels cannot be read; the message names file and line."""


class ConfigError(NerError):
    """A setting, option or configuration key has a wrong value; the message names it."""
