"""Comity: two states' authorities work together under the agreement that binds them."""

__version__ = "0.1.0"
