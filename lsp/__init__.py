"""The language server (issue 4 builds it here)."""
