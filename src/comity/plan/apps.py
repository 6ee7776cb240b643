"""Register the area with Django."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    """Be the area of the working group and its action plan."""

    name = "comity.plan"
    label = "plan"
