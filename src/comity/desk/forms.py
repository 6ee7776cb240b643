"""Sign officers in: the password form, with a pause after repeated failures."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from comity.channel.service import local_node
from comity.desk import services
from comity.desk.factors import has_factor


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
        begin_try(name)
        cleaned = super().clean()
        # Where a code or passkey is still to come, the right password alone does not end the count: whoever knows it
        # would try codes for ever.
        if not has_factor(self.get_user()):
            services.forget_tries(name)
        return cleaned


class CodeForm(forms.Form):
    """Ask for a one-time code or a recovery code."""

    code = forms.CharField(
        max_length=20, widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    )


def begin_try(name: str) -> None:
    """Count an attempt to sign in before anything is compared.  Raises `ValidationError` while the name must wait."""
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
