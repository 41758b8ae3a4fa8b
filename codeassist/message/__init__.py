"""Drafts of commit messages."""
