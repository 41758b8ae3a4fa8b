"""What the model is shown: languages, scopes."""
