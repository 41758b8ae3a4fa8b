"""Measurements. Nothing here is asserted: figures are printed, with their medians and counts."""
