"""Tell django-allauth how this node names itself to passkeys, and how it seals what one-time codes come from."""

import base64
from typing import Any

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter

from comity.channel.service import local_node
from comity.desk import vault

_LABEL = "second-factor"


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]  # the library has no types
    """Be the adapter of this node."""

    def encrypt(self, text: str) -> str:
        """Return a seed as it rests: sealed under the node's storage key."""
        return base64.b64encode(vault.seal(local_node(), _LABEL, text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given.  Raises `CannotOpenError`."""
        return vault.unseal(local_node(), _LABEL, base64.b64decode(encrypted_text)).decode()

    def get_totp_issuer(self) -> str:
        """Return what an authenticator application shows beside the name."""
        return f"Comity {local_node().name}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which host a passkey is made: the one under which the officer opened the node."""
        return {"id": context.request.get_host().partition(":")[0], "name": f"Comity {local_node().name}"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:  # noqa: ANN401  # allauth's own signature
        """Return what the officer's device shows: the name they sign in with."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return {**entity, "display_name": user.get_username(), "name": user.get_username()}
