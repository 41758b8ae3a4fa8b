"""codeassist: a coding assistant that runs wholly on the user's machine."""

__version__ = "0.1.0"
