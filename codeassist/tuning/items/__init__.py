"""Small functions that models are measured on (see passages.py). Nothing calls them."""
