"""Finds secrets in single lines: formats of services, values given to telling names. No network, no state."""
