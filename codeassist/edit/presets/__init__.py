"""Edits that are asked for so often that they have a verb of their own: doc, test, fix."""
