"""Keeps code on the machine: no-network and file-system filters of the engine process."""
