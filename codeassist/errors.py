"""The error tree: every expected failure, its exit code and what to do next.

CodeassistError
├── UsageError            2  wrong arguments: a missing file, a position outside the file
│   ├── ConfigError       2  a setting that cannot be read
│   └── UnwritableError   2  standard output is closed, full or gone
├── MissingError          3  something needed is missing: a model, git, a repository, disk space
│   ├── UnknownModelError 3  no model has that name
│   ├── ModelFileError    3  a model file is truncated, altered or not one we can load
│   ├── DownloadError     3  every source of a model failed
│   └── ConflictError     3  what an edit or an undo rests on has changed since
├── EngineError           4  the engine failed
│   ├── EngineGoneError   4  the engine's process died or hung (worth one retry)
│   └── UnsupportedError  4  the engine's model cannot do what was asked
└── CancelledError      130  the user interrupted
"""

from __future__ import annotations


class CodeassistError(Exception):
    """An expected failure: `message` says what happened, `hint` what to do next."""

    exit_code = 4

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CodeassistError):
    """The command was used wrongly."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file or variable cannot be used."""


class UnwritableError(UsageError):
    """Standard output cannot be written."""


class MissingError(CodeassistError):
    """Something that is needed is missing."""

    exit_code = 3


class UnknownModelError(MissingError):
    """No model of the catalogue or of the user's own has this name."""


class ModelFileError(MissingError):
    """A model file is truncated, altered, or not a GGUF that can be loaded."""


class DownloadError(MissingError):
    """A model could not be downloaded from any of its sources."""


class ConflictError(MissingError):
    """A file is not as it was when an edit was made of it."""


class EngineError(CodeassistError):
    """The engine refused or failed a request."""

    exit_code = 4


class EngineGoneError(EngineError):
    """The engine's process died or stopped answering in the middle of a request."""


class UnsupportedError(EngineError):
    """The engine's model cannot do this: one writes, another embeds."""


class CancelledError(CodeassistError):
    """The user interrupted."""

    exit_code = 130
