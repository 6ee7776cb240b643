"""Register the area with Django."""

from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Be the area of screening: hit or no hit, without showing whom one asks about."""

    name = "comity.screening"
    label = "screening"
