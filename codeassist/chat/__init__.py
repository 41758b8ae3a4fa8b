"""Questions answered about given files."""
