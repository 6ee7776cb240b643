"""Register concurrence with Django."""

from django.apps import AppConfig


class ConcurrenceConfig(AppConfig):
    """Be the mechanism by which joint things change."""

    name = "comity.concurrence"
    label = "concurrence"
