"""Runs models through ctransformers 0.2.27: an old llama.cpp, llama architecture only (see models/dialect.py)."""
