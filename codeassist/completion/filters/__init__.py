"""Rules that bound what a model wrote, one file each."""
