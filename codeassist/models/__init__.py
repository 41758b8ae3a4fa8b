"""Models: the catalogue, where they come from, what their files say."""
