"""Screening: ask whether a partner lists a person or a document, without showing about whom."""
