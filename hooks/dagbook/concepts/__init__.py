"""Concept pages: claims in their text, and the tests that prove them."""
