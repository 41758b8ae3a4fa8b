"""Measures this machine and chooses settings for it."""
