"""What programs send and get, for reading, checking and the OpenAPI page. One model an object."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.server.errors import PROBLEM, Refusal
from rag.server.service import Question
from rag.store.rows import ArticleInfo
from rag.text.normalise import normalise
from rag.types import Citation, Filters, Intent, Turn
from rag.understand.understood import MAX_QUESTION

# A conversation may be longer; only its end says what a question leans on.
MOST_TURNS = 200


class Said(BaseModel):
    """One earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class Limits(BaseModel):
    """What the answer is limited to; dates are days, months or years: 2024-06-19, 2024-06 or 2024."""

    model_config = ConfigDict(populate_by_name=True)

    since: Annotated[str | None, Field(alias="from", max_length=40, description="published on or after")] = None
    until: Annotated[str | None, Field(alias="to", max_length=40, description="published on or before")] = None
    source: Annotated[str | None, Field(max_length=300, description="only this outlet")] = None
    author: Annotated[str | None, Field(max_length=300, description="only this author")] = None
    language: Annotated[Literal["vi", "en"] | None, Field(description="only passages in this language")] = None
    engine: Annotated[
        Literal["auto", "quotes", "llm"] | None, Field(description="what answers; by default the server's setting")
    ] = None

    def filters(self) -> Filters:
        return Filters(
            since=self.since,
            until=self.until,
            sources=(self.source,) if self.source else (),
            languages=(self.language,) if self.language else (),
            authors=(self.author,) if self.author else (),
        )


class Asked(Limits):
    """A question, as in a line of `rag ask --batch`."""

    # A limit with a slip in its name would be none.
    model_config = ConfigDict(extra="forbid")

    question: Annotated[str, Field(max_length=2 * MAX_QUESTION, description="in Vietnamese or English")]
    history: Annotated[
        list[Said], Field(description=f"the turns before, oldest first; the newest {MOST_TURNS} count")
    ] = []

    def read(self) -> Question:
        """Raises Refusal for a blank or too long question."""
        turns = tuple(Turn(said.role, said.content) for said in self.history[-MOST_TURNS:])
        return Question(checked_question(self.question), turns, self.filters(), self.engine)


def checked_question(text: str, param: str = "question") -> str:
    """As it is asked: normalised, neither blank nor too long. Raises Refusal."""
    question = normalise(text).strip()
    if not question:
        raise Refusal(422, "empty_question", "the question is empty; write what you would like to know", param)
    if len(question) > MAX_QUESTION:
        said = f"the question has {len(question)} characters, the most is {MAX_QUESTION}; shorten it"
        raise Refusal(422, "question_too_long", said, param)
    return question


class SentenceBody(BaseModel):
    """A sentence of the answer, the markers it rests on, and whether they support it."""

    text: str
    citations: list[int]
    verdict: Literal["supported", "unsupported", "unchecked"]
    reason: Annotated[str, Field(description="only where it is not supported")] = ""


class AnswerBody(BaseModel):
    """The same object as `rag ask --json`; `found` is false exactly when the archive does not say."""

    question: str
    text: str
    found: bool
    language: str
    engine: str
    sentences: list[SentenceBody]
    citations: list[Citation]
    nearest: list[str]
    intent: Intent
    confidence: float | None
    model: str | None
    notice: str | None
    usage: dict[str, int]
    seconds: dict[str, float]


class ArticlesBody(BaseModel):
    """A part of the archive in the order of ingestion; `next` is the offset of the part after it, null at the end."""

    articles: list[ArticleInfo]
    offset: int
    total: int
    next: int | None


class ArticleBody(BaseModel):
    """One article with the text that the offsets of citations refer to."""

    id: str
    title: str | None
    source: str | None
    author: str | None
    published: str | None
    language: str
    url: str | None
    path: str
    updated: str | None
    contradictions: list[str]
    characters: int
    recognition: Annotated[float | None, Field(description="of a scan: how surely its worst page was read, 0 to 1")]
    text: str


class AddedBody(BaseModel):
    """What came of one file; `articles` are the ids of those that stand in it, `failed` a line for each entry."""

    file: str
    added: int
    updated: int
    unchanged: int
    failed: list[str]
    articles: list[str]


class UploadedBody(BaseModel):
    files: list[AddedBody]


class RemovedBody(BaseModel):
    removed: int


class StatusBody(BaseModel):
    status: str
    articles: int | None = None


class ErrorDetail(BaseModel):
    message: Annotated[str, Field(description="one line: what is wrong and what to do")]
    type: str
    code: str
    param: Annotated[str | None, Field(description="the field at fault")]
    request_id: str


class ErrorBody(BaseModel):
    """Every refusal and failure: problem details (RFC 9457), and in `error` what OpenAI's clients read."""

    title: str
    status: int
    detail: str
    error: ErrorDetail


# For FastAPI's `responses`: each route may refuse, each in this shape.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}}
    for status in (400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503)
}
