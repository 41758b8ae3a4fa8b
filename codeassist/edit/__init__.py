"""Edits: the smallest node is rewritten, kept only if it holds, applied all or nothing, and can be undone."""
