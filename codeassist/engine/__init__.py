"""The engine: one resident process that runs the model, and its client."""
