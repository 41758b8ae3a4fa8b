"""Loads prompts/*: data files with a schema, no code."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from codeassist import toml


class FimTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Fill-in-the-middle markers of one model family. Each is a single token of its vocabulary.

    "prefix-first": prefix P suffix S middle; "suffix-first": suffix S prefix P, and nothing marks the middle.
    """

    family: str
    prefix: str
    suffix: str
    middle: str  # empty in "suffix-first"
    end: tuple[str, ...]  # tokens that end the middle
    source: str  # where the format is documented
    order: Literal["prefix-first", "suffix-first"] = "prefix-first"
    lead: str = ""  # stands before the text above the cursor

    @property
    def markers(self) -> tuple[str, ...]:
        """Those that a vocabulary must have."""
        return tuple(filter(None, (self.prefix, self.suffix, self.middle)))


class ChatTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one family marks turns, for model files that carry no chat template."""

    family: str
    system: str  # each with {content}; empty where the family has no system turn: then `fold` says where its text goes
    user: str
    assistant: str
    opening: str  # begins the answer
    end: tuple[str, ...]
    source: str
    fold: str = "{system}\n\n{content}"  # a user's turn with the system's text in it
    folds: Literal["first", "last"] = "first"  # which of the user's turns


class EmbedTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an embedding model wants to stand before a question, and before a text that is searched."""

    family: str
    models: tuple[str, ...]  # parts of model ids
    query: str
    document: str
    source: str


class AskPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The instructions for answering a question about files."""

    system: str
    file: str  # with {path}, {content} and {fence}, backticks that the content cannot end
    excerpt: str  # the same, for numbered lines of a file
    question: str  # with {files} and {question}
    truncated: str  # stands where a file was cut
    images: str  # with {paths}, of those that are shown


class ExplainPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for to explain a file, or lines of it."""

    file: str  # with {path}
    lines: str  # with {path} and {lines}
    used: str  # stands above the definitions of names that the code uses


class ReviewPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a finding of a review is shown to the model, and what is asked about it."""

    system: str
    finding: str  # {path}, {code}, {fence}, {these} "this line", {stretch}, {message}, {about}: what the rule says
    corrected: str  # follows where there is a fix: with {fix} and {fence}
    explain: str  # follows it
    begin: str  # of the answer to that; with {these}
    fix: str  # follows it too; with {these}


class EditPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How code that is to be changed is shown to the model, and what is asked for.

    The first five are shown, in this order, each with {fence} and {content}, where there is any.
    """

    system: str
    elsewhere: str
    callers: str
    file: str  # with {path} and {language}
    part: str  # with {language}
    evidence: str
    change: str  # with {what} ("function") and {instruction}
    think: str  # the same
    alone: str  # with {instruction}; the part is shown as if it were the file
    whole: str  # with {instruction}
    new: str  # the same
    made: str  # with {path} and {instruction}, for a file that is not there yet


class MoodPhrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a subject begins, by the form of its verb."""

    imperative: str
    past: str
    third: str
    gerund: str


class CommitPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for to draft a commit message."""

    system: str
    change: str  # with {summary} and {style}, which is made of what follows
    subject: str  # with {words}
    body: str  # the same, where messages have a body
    plain: str
    language: str  # with {language}, where it is not English
    mood: MoodPhrases


class DocExample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A definition with its documentation."""

    languages: tuple[str, ...]
    name: str
    code: str
    doc: str


class DocPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for to document a definition or a file."""

    system: str
    code: str  # with {fence}, {language} and {code}
    before: str  # with {content}: where there is documentation already
    definition: str  # with {name} and {parts}, which are made of what follows
    file: str  # with {path}
    purpose: str  # of a function
    thing: str  # of a class and the like
    parameters: str  # with {names}
    parameter: str  # the same of one
    returns: str
    yields: str
    raises: str  # with {names}
    example: tuple[DocExample, ...]


class FixPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be done about a fault, as an instruction of an edit."""

    fails: str  # of what a program printed: with {what}
    finding: str  # of a review: with {these} and {message}
    line: str  # of lines that a person named: with {these}
    lines: str  # lines with their code: with {these} and {code}


class UnitTestPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked for to test a definition."""

    system: str
    code: str  # with {path}, {fence}, {language} and {code}
    example: str  # the same, of a test of the project
    request: str  # with {count}, {name} and {framework}


class TrySample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `codeassist try` shows: a small file, a place in it, a question about it, a change of it that is wrong."""

    path: str
    at: str
    question: str
    right: str
    wrong: str
    content: str


_T = TypeVar("_T", bound=msgspec.Struct)


def _folder() -> Path:
    return Path(__file__).parent / "prompts"


def _load(file: Path, schema: type[_T]) -> _T:
    """Read one data file.

    Raises:
        ConfigError: a field is missing, unknown or of the wrong type.
    """
    return toml.load_data(file, schema, f"prompts/{file.relative_to(_folder())}")


def _load_all(folder: str, schema: type[_T]) -> list[_T]:
    return [_load(file, schema) for file in sorted((_folder() / folder).glob("*.toml"))]


def fim_templates() -> list[FimTemplate]:
    """Every family's fill-in-the-middle markers, in the order of the file names."""
    return _load_all("fim", FimTemplate)


def chat_templates() -> list[ChatTemplate]:
    """Every family's turn markers, in the order of the file names."""
    return _load_all("chat", ChatTemplate)


def embed_templates() -> list[EmbedTemplate]:
    """Every family's prefixes, in the order of the file names."""
    return _load_all("embed", EmbedTemplate)


def ask_prompt() -> AskPrompt:
    """The instructions of `ask`."""
    return _load(_folder() / "ask.toml", AskPrompt)


def explain_prompt() -> ExplainPrompt:
    """The questions of `explain`."""
    return _load(_folder() / "explain.toml", ExplainPrompt)


def review_prompt() -> ReviewPrompt:
    """The questions about a finding."""
    return _load(_folder() / "review.toml", ReviewPrompt)


def edit_prompt() -> EditPrompt:
    """The request of `edit`."""
    return _load(_folder() / "edit.toml", EditPrompt)


def commit_prompt() -> CommitPrompt:
    """The request of `commit-msg`."""
    return _load(_folder() / "commit.toml", CommitPrompt)


def doc_prompt() -> DocPrompt:
    """The request of `doc`, with an example for each language."""
    return _load(_folder() / "doc.toml", DocPrompt)


def fix_prompt() -> FixPrompt:
    """The instructions of `fix`."""
    return _load(_folder() / "fix.toml", FixPrompt)


def unit_test_prompt() -> UnitTestPrompt:
    """The request of `test`."""
    return _load(_folder() / "test.toml", UnitTestPrompt)


def try_sample() -> TrySample:
    """The sample of `try`."""
    return _load(_folder() / "try.toml", TrySample)
