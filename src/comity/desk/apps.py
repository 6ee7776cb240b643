"""Register the desk with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Be the desk."""

    name = "comity.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Put the desk's own pages into the rail."""
        from comity.desk.rail import register_own

        register_own()
