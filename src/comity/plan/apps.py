"""Register the area with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlanConfig(AppConfig):
    """Be the area of the joint working group and its action plan."""

    name = "comity.plan"
    label = "plan"

    def ready(self) -> None:
        """Put the area into the rail and onto the front page, and its figures into the catalogue."""
        from comity.desk.rail import Place, register
        from comity.desk.roles import Permission
        from comity.plan import measures, meeting_notices, notices

        register(Place(50, _("Working group"), "plan:board", "plan", Permission.READ_PLAN))
        notices.register()
        meeting_notices.register()
        measures.register_all()
