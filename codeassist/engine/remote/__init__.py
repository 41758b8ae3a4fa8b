"""The engine at a URL that the user names: a team's llama-server or vLLM. Nothing else here ever opens a connection."""
