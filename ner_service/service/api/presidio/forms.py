"""The bodies of Presidio's REST API, with a bound for each list; what is unknown is ignored."""

from typing import Annotated, Any, Literal, NotRequired

from pydantic import BaseModel, ConfigDict, Field, with_config
from typing_extensions import TypedDict

from ner_service.service.api.schemas import MOST_LABELS, Int64, Name

MOST_WORDS = 1_000  # of an allow or a deny list
MOST_CONTEXT = 100  # words, each of which is looked for beside each match
MOST_PATTERNS = 64  # of a request
MOST_REGEX_CHARS = 2_000  # Presidio's own longest has 600
MOST_RESULTS = 10_000  # of a text; about those of 700,000 characters of news
MOST_TEXTS, MOST_RESULTS_EACH = 64, 200  # of several texts
MOST_VALUE_CHARS = 1_000  # of what an operator writes
Text = str | list[str]
FewTexts = str | Annotated[list[str], Field(max_length=MOST_TEXTS, fail_fast=True)]
Words = Annotated[list[Name], Field(max_length=MOST_WORDS, fail_fast=True)]
Types = Annotated[list[Name], Field(max_length=MOST_LABELS, fail_fast=True)]
Score = Annotated[float, Field(ge=0, le=1)]
LENIENT = ConfigDict(extra="ignore")


class PatternForm(BaseModel):
    """A pattern is a regular expression, with the score of what it finds."""

    name: Name = ""
    regex: Annotated[str, Field(max_length=MOST_REGEX_CHARS)]
    score: Score


class RecognizerForm(BaseModel):
    """An ad-hoc recognizer finds an entity type by patterns or by a list of words."""

    name: Name = ""
    supported_entity: Name
    supported_language: Name | None = None
    patterns: Annotated[list[PatternForm], Field(max_length=MOST_PATTERNS)] | None = None
    deny_list: Words | None = None
    deny_list_score: Score = 1.0
    context: Annotated[Words, Field(max_length=MOST_CONTEXT)] | None = None
    global_regex_flags: Int64 | None = None


class AnalyzeForm(BaseModel):
    """The body of `analyze`; what Presidio takes for its logs is ignored."""

    model_config = LENIENT

    text: Text
    language: Name = "ru"
    entities: Types | None = None
    score_threshold: Score | None = None
    return_decision_process: bool | None = None
    ad_hoc_recognizers: Annotated[list[RecognizerForm], Field(max_length=8)] | None = None
    allow_list: Words | None = None
    allow_list_match: Literal["exact", "regex"] = "exact"
    regex_flags: Int64 | None = None


@with_config(LENIENT)
class Explanation(TypedDict):
    """An explanation says which recognizer found a result, and by what."""

    recognizer: NotRequired[Name | None]
    pattern_name: NotRequired[Name | None]
    pattern: NotRequired[Annotated[str, Field(max_length=MOST_REGEX_CHARS)] | None]
    original_score: NotRequired[float | None]
    score: NotRequired[float | None]
    textual_explanation: NotRequired[Name | None]
    score_context_improvement: NotRequired[float | None]
    supportive_context_word: NotRequired[Name | None]
    validation_result: NotRequired[float | None]
    regex_flags: NotRequired[Int64 | None]


@with_config(LENIENT)
class ResultForm(TypedDict):
    """A result of `analyze`, or an item that `anonymize` returned."""

    start: Int64
    end: Int64
    entity_type: Name
    score: NotRequired[float | None]
    operator: NotRequired[Name | None]
    text: NotRequired[str | None]
    analysis_explanation: NotRequired[Explanation | None]


class OperatorForm(BaseModel):
    """An operator replaces a text; the fields beside its type are its parameters."""

    model_config = ConfigDict(extra="forbid")

    type: Name
    new_value: Annotated[str, Field(max_length=MOST_VALUE_CHARS)] | None = None
    masking_char: Annotated[str, Field(max_length=8)] | None = None
    chars_to_mask: Int64 | None = None
    from_end: bool | None = None
    hash_type: Name | None = None
    salt: Name | None = None
    key: Name | None = None

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that are given."""
        return self.model_dump(exclude_unset=True, exclude={"type"})


Results = Annotated[list[ResultForm], Field(max_length=MOST_RESULTS, fail_fast=True)]
Few = Annotated[list[ResultForm], Field(max_length=MOST_RESULTS_EACH, fail_fast=True)]
ResultsOfTexts = Annotated[list[Few], Field(max_length=MOST_TEXTS, fail_fast=True)]
Operators = Annotated[dict[Name, OperatorForm], Field(max_length=MOST_LABELS)]


class AnonymizeForm(BaseModel):
    """The body of `anonymize`."""

    model_config = LENIENT

    text: FewTexts
    analyzer_results: Results | ResultsOfTexts | None = None
    anonymizers: Operators | None = None


class DeanonymizeForm(BaseModel):
    """The body of `deanonymize`."""

    model_config = LENIENT

    text: FewTexts
    anonymizer_results: Results | ResultsOfTexts | None = None
    deanonymizers: Operators | None = None
