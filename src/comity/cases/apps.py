"""Register the area with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    """Be the area of cases."""

    name = "comity.cases"
    label = "cases"

    def ready(self) -> None:
        """Put the area into the rail and onto the front page, and its figures into the catalogue."""
        from comity.cases import measures, notices
        from comity.desk.rail import Place, register
        from comity.desk.roles import Permission

        register(Place(10, _("Cases"), "cases:inbox", "cases", Permission.READ_CASES))
        register(Place(15, _("Search"), "cases:search", "search", Permission.READ_CASES))
        register(Place(20, _("Drafts"), "cases:drafts", "write", Permission.WRITE_CASES))
        register(Place(30, _("To release"), "cases:release", "release", Permission.RELEASE))
        register(Place(35, _("Statistics"), "cases:statistics", "statistics", Permission.READ_PLAN))
        notices.register()
        measures.register_all()
