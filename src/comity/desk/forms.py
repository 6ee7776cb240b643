"""Sign officers in: the password form, with a pause after repeated failures."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from comity.channel.service import local_node
from comity.desk import services


class SignInForm(AuthenticationForm):
    """Ask for name and password; say the same whether the name or the password is wrong."""

    error_messages = {  # noqa: RUF012  # Django's own attribute, read only
        "invalid_login": _("Name and password do not belong together."),
        "inactive": _("Name and password do not belong together."),
    }

    def clean(self) -> dict[str, Any]:
        """Check name and password, unless too many attempts have just failed."""
        name = self.cleaned_data.get("username")
        if name is None or not self.cleaned_data.get("password"):
            return super().clean()
        now = local_node().clock()
        until = services.blocked_until(name, now)
        if until is not None:
            minutes = -(-(until - now) // 60_000)
            raise ValidationError(
                ngettext(
                    "Too many attempts. Try again in %(minutes)s minute.",
                    "Too many attempts. Try again in %(minutes)s minutes.",
                    minutes,
                )
                % {"minutes": minutes},
                code="blocked",
            )
        services.count_try(name, now)
        cleaned = super().clean()
        services.forget_tries(name)
        return cleaned
