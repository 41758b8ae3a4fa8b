"""Git hooks of this program: where git looks for them, what is written there, what was there before."""
