"""Code completion: prompt, pipeline, filters."""
