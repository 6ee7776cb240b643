"""Register the area with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ScreeningConfig(AppConfig):
    """Be the area of screening: hit or no hit, without showing whom one asks about."""

    name = "comity.screening"
    label = "screening"

    def ready(self) -> None:
        """Put the area into the rail, beside each case and onto the front page, and its figures into the catalogue."""
        from comity.desk.rail import Place, register, register_in_case
        from comity.desk.roles import Permission
        from comity.screening import measures, notices

        register(Place(40, _("Screening"), "screening:checks", "screening", Permission.READ_SCREENING))
        beside = Place(10, _("Check a person in this case"), "screening:person", "screening", Permission.SCREEN)
        register_in_case(beside)
        notices.register()
        measures.register_all()
