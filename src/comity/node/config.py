"""Read the settings of a node: ``HOME/node.toml``, few, typed, each explained by its own description.

A key that is not known stops the start: a misspelt safeguard must not pass for one that is in force.
"""

import difflib
import re
import tomllib
import typing
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from comity.node.errors import SettingsError
from comity.protocol.names import AuthorityName, NodeName, Party

FILE: Final = "node.toml"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

Port = Annotated[int, Meta(ge=1, le=65535)]
Seconds = Annotated[int, Meta(ge=1, le=86_400)]
Language = Literal["en", "de", "ar"]


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Listen(_Table, frozen=True):
    """Say where the node answers."""

    host: Annotated[str, Meta(description="The address to answer on; 0.0.0.0 is every address.")] = "127.0.0.1"
    port: Annotated[Port, Meta(description="The port to answer on.")] = 8443
    tls: Annotated[
        Literal["own", "proxy", "none"],
        Meta(
            description="Who speaks TLS: the node itself, a proxy in front of it that sets X-Forwarded-Proto, or nobody"
            " (loopback only)."
        ),
    ] = "own"


class Database(_Table, frozen=True):
    """Say where the node keeps its data."""

    engine: Annotated[
        Literal["sqlite", "postgresql"], Meta(description="sqlite needs nothing else; postgresql is for larger nodes.")
    ] = "sqlite"
    name: Annotated[
        str, Meta(description="The PostgreSQL database, or the SQLite file (empty: node.sqlite3 in the home folder).")
    ] = ""
    host: Annotated[str, Meta(description="PostgreSQL's address or socket folder; empty: the usual socket.")] = ""
    port: Annotated[Port, Meta(description="PostgreSQL's port.")] = 5432
    user: Annotated[str, Meta(description="PostgreSQL's role; empty: the name of the operating system's user.")] = ""
    password_file: Annotated[
        str, Meta(description="A file, readable by the node alone, that holds the role's password; empty: none.")
    ] = ""
    ca_file: Annotated[
        str, Meta(description="Who vouches for PostgreSQL's certificate; empty: the system's authorities.")
    ] = ""
    pool: Annotated[bool, Meta(description="Share connections between threads (PostgreSQL).")] = True


class Mail(_Table, frozen=True):
    """Say how reminders leave by e-mail; without a host none does."""

    host: Annotated[str, Meta(description="The mail server that takes reminders; empty: no mail is sent.")] = ""
    port: Annotated[Port, Meta(description="The mail server's port.")] = 587
    tls: Annotated[
        Literal["starttls", "tls", "none"],
        Meta(description="How the connection is secured; none is for loopback only."),
    ] = "starttls"
    user: Annotated[str, Meta(description="The name to sign in with at the mail server; empty: none.")] = ""
    password_file: Annotated[
        str, Meta(description="A file, readable by the node alone, that holds the password; empty: none.")
    ] = ""
    sender: Annotated[str, Meta(description="The address that reminders come from.")] = ""
    reminders: Annotated[
        tuple[str, ...], Meta(max_length=20, description="Addresses that are reminded before an answer is due.")
    ] = ()
    escalations: Annotated[
        tuple[str, ...], Meta(max_length=20, description="Addresses that are told when the time to answer has ended.")
    ] = ()

    def __post_init__(self) -> None:
        """Refuse mail that would go nowhere, or in clear over a network."""
        if self.host and not (self.sender and (self.reminders or self.escalations)):
            raise SettingsError(
                "[mail] names a host, but no sender or nobody to write to.", "Set sender and reminders, or no host."
            )
        if self.host and self.tls == "none" and self.host not in LOOPBACK:
            raise SettingsError("Without TLS mail goes to loopback only.", 'Set tls = "starttls" or "tls" in [mail].')


class Config(_Table, frozen=True):
    """Hold the settings of a node."""

    name: Annotated[NodeName, Meta(description="The node's name, party first: DE.berlin. Partners know it by this.")]
    party: Annotated[Party, Meta(description="The state whose authorities the node serves, ISO 3166: DE.")]
    authorities: Annotated[
        tuple[AuthorityName, ...], Meta(description='The authorities that act through the node: ["DE/BKA"].')
    ] = ()
    endpoint: Annotated[
        str, Meta(description="The address at which partners reach the node; empty: it calls them, they never call it.")
    ] = ""
    allowed_hosts: Annotated[
        tuple[str, ...], Meta(description="Further host names under which officers open the node in a browser.")
    ] = ()
    languages: Annotated[
        tuple[Language, ...], Meta(min_length=1, description="The languages of the screens, the first is the default.")
    ] = ("en", "de", "ar")
    time_zone: Annotated[str, Meta(description="The zone in which screens show times; records are in UTC.")] = "UTC"
    second_factor: Annotated[
        Literal["required", "optional"],
        Meta(
            description="Whether officers must sign in with a passkey, or with a one-time code beside the password;"
            " optional is for demonstrations."
        ),
    ] = "required"
    quota_mb: Annotated[int, Meta(ge=1, description="How much disk one partner may fill, in megabytes.")] = 20_480
    pull_interval_s: Annotated[Seconds, Meta(description="How often to ask partners for news, in seconds.")] = 15
    scheduler: Annotated[
        str,
        Meta(
            description="Where long jobs of screening run: processes or threads of this machine, or the address of a"
            " Dask scheduler of the node's own (tls://host:port)."
        ),
    ] = "processes"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least important event that is logged.")
    ] = "info"
    listen: Listen = msgspec.field(default_factory=Listen)
    database: Database = msgspec.field(default_factory=Database)
    mail: Mail = msgspec.field(default_factory=Mail)

    def __post_init__(self) -> None:
        """Refuse what no single key can see."""
        if self.name[:2] != self.party:
            raise SettingsError(f"The name {self.name} must begin with the party, {self.party}.")
        for authority in self.authorities:
            if authority[:2] != self.party:
                raise SettingsError(f"The authority {authority} is not one of the party {self.party}.")
        if self.time_zone not in zoneinfo.available_timezones():
            raise SettingsError(f'There is no time zone "{self.time_zone}".', "Write one like Europe/Berlin.")
        if self.listen.tls == "none" and self.listen.host not in LOOPBACK:
            raise SettingsError(
                "Without TLS the node answers on loopback only.",
                'Set host = "127.0.0.1", or tls = "own" or "proxy", in [listen].',
            )
        _check_endpoint(self.endpoint)


@dataclass(frozen=True, slots=True)
class Key:
    """Explain one setting."""

    table: str
    name: str
    default: str
    description: str


def load(home: Path) -> Config:
    """Return the settings in ``home``.  Raises `SettingsError`."""
    path = home / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"There is no node in {home}.", "Make one with comity node init, or name it: --home."
        ) from None
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{path} cannot be read ({type(error).__name__}).", "Check its owner and rights.") from None
    return parse(text)


def parse(text: str) -> Config:
    """Return the settings written in ``text`` (TOML).  Raises `SettingsError`."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE} is not TOML: {error}.") from None
    _refuse_unknown(found, Config, "")
    try:
        return msgspec.convert(found, Config)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{FILE}: {_plain(str(error))}.") from None


def explain() -> Iterator[Key]:
    """Go through all settings in the order of the file."""
    yield from _keys(Config, "")


def _keys(table: type[_Table], name: str) -> Iterator[Key]:
    later = []
    hints = typing.get_type_hints(table, include_extras=True)
    for field in msgspec.structs.fields(table):
        if isinstance(field.default_factory, type) and issubclass(field.default_factory, _Table):
            later.append((field.default_factory, field.name))
            continue
        default = "" if field.required else msgspec.json.encode(field.default).decode()
        yield Key(name, field.name, default, _description(hints[field.name]))
    for inner, inner_name in later:
        yield from _keys(inner, inner_name)


def _description(hint: Any) -> str:  # noqa: ANN401  # a type hint has no narrower type
    notes = [note for note in getattr(hint, "__metadata__", ()) if isinstance(note, Meta)]
    return next((note.description for note in notes if note.description), "")


def _refuse_unknown(found: dict[str, Any], table: type[_Table], name: str) -> None:
    known = {field.name: field.default_factory for field in msgspec.structs.fields(table)}
    for key, value in found.items():
        if key not in known:
            place = f"[{name}] of {FILE}" if name else FILE
            close = difflib.get_close_matches(key, known, 1)
            hint = f' Did you mean "{close[0]}"?' if close else ""
            raise SettingsError(
                f'{place} has a key "{key}" that Comity does not know.{hint} Known: {", ".join(known)}.'
            )
        inner = known[key]
        if isinstance(inner, type) and issubclass(inner, _Table) and isinstance(value, dict):
            _refuse_unknown(value, inner, key)


def _plain(message: str) -> str:
    where = re.search(r" - at `\$\.?(.*?)`$", message)
    if where:
        message = f"{where[1] or 'the file'}: {message[: where.start()]}"
    return message.replace("Object", "The file").replace("`", '"')


def _check_endpoint(endpoint: str) -> None:
    if not endpoint:
        return
    url = urlsplit(endpoint)
    plain = url.scheme == "http" and url.hostname in LOOPBACK
    if not url.hostname or not (url.scheme == "https" or plain) or url.query or url.fragment or "@" in url.netloc:
        raise SettingsError(
            "The endpoint must look like https://node.example/ (http:// only on loopback).",
            "Leave it empty where partners cannot call in.",
        )
