"""Make a node and bring it to life: its home folder, its keys, its settings, its database."""

import datetime as dt
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from comity.node.config import Config
from comity.node.errors import SettingsError
from comity.node.private import read_private
from comity.protocol.canonical import decode, encode
from comity.protocol.keys import NodeKeys, NodeSecret, make_identity, new_secret
from comity.protocol.names import UnixMs, instant

if TYPE_CHECKING:
    from comity.channel.runtime import LocalNode

KEY_FILE: Final = "keys/node.key"
IDENTITY_FILE: Final = "identity.json"
TLS_KEY_FILE: Final = "keys/tls.key"
TLS_CERTIFICATE_FILE: Final = "tls.pem"
TLS_YEARS: Final = 10
"""The certificate is pinned by partners, so its age says nothing about its safety; re-pairing replaces it."""


def now_ms() -> UnixMs:
    """Return the machine's clock; the one place where a running node reads it."""
    return UnixMs(time.time_ns() // 1_000_000)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only the node may read, whole or not at all.  Raises `SettingsError` if it exists."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SettingsError(
            f"{path} exists already.", "Choose another home folder; keys are never overwritten."
        ) from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def make_keys(home: Path, name: str, authorities: tuple[str, ...]) -> None:
    """Make a node's secret keys and its identity document in ``home``."""
    secret = new_secret()
    identity = make_identity(secret, name, authorities, instant(now_ms()))
    write_private(home / KEY_FILE, encode(secret))
    (home / IDENTITY_FILE).write_bytes(identity)


def read_keys(home: Path) -> NodeKeys:
    """Return the keys of the node in ``home``.  Raises `SettingsError` or `MalformedError`."""
    secret = decode(read_private(home / KEY_FILE).encode(), NodeSecret, limit=4096)
    try:
        identity = (home / IDENTITY_FILE).read_bytes()
    except OSError:
        raise SettingsError(f"{home / IDENTITY_FILE} is missing.", "Restore it from the backup of the node.") from None
    return NodeKeys(secret, identity)


def make_tls(home: Path, host: str) -> None:
    """Make the node's own TLS key and certificate; partners pin the certificate when they pair."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host[:64])])
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=365 * TLS_YEARS))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(home / TLS_KEY_FILE, pem)
    (home / TLS_CERTIFICATE_FILE).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def bring_up(config: Config, home: Path) -> "LocalNode":
    """Return the node of ``home``, once the framework has been started."""
    from comity.channel.runtime import Limits, LocalNode
    from comity.channel.service import areas, start
    from comity.node.framework import AREAS

    certificate = home / TLS_CERTIFICATE_FILE
    node = LocalNode(
        keys=read_keys(home),
        using="default",
        home=home,
        clock=now_ms,
        areas=areas(AREAS),
        endpoint=config.endpoint,
        certificate=certificate.read_text() if config.listen.tls == "own" and certificate.exists() else "",
        limits=Limits(peer_quota_bytes=config.quota_mb * 1024**2),
    )
    if node.name != config.name:
        raise SettingsError(
            f"The keys in {home} are those of {node.name}, but the settings name {config.name}.",
            "Set name in node.toml to the name in identity.json; a node's name never changes.",
        )
    start(node)
    return node
