"""Callers that a changed signature left behind: who calls what was changed, and whether the call still fits."""
