"""Register the desk with Django."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """Be the desk."""

    name = "comity.desk"
    label = "desk"
    verbose_name = "Desk"

    def ready(self) -> None:
        """Put the desk's own pages into the rail, and what waits for a second person onto the front page."""
        from comity.desk.notices import roles_to_confirm
        from comity.desk.rail import Question, answers, register_own

        register_own()
        answers(Question.TO_RELEASE, "desk", roles_to_confirm)
