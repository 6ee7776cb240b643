import pytest

from comity.node.config import explain, parse
from comity.node.errors import SettingsError

SHORT = 'name = "DE.berlin"\nparty = "DE"\n'


def test_two_lines_are_enough_for_a_node() -> None:
    config = parse(SHORT)
    assert (config.listen.host, config.listen.port, config.database.engine) == ("127.0.0.1", 8443, "sqlite")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ("quota = 5", 'node.toml has a key "quota" that Comity does not know. Did you mean "quota_mb"?'),
        ("[database]\nengnie = 5", '[database] of node.toml has a key "engnie"'),
        ("[listen]\nport = 70000", "listen.port: Expected"),
        ("[listen]\nhost = '0.0.0.0'\ntls = 'none'", "Without TLS the node answers on loopback only."),
        ("time_zone = 'Mars/Base'", 'There is no time zone "Mars/Base".'),
        ("authorities = ['QA/MOI']", "The authority QA/MOI is not one of the party DE."),
        ("endpoint = 'http://node.example/'", "The endpoint must look like https://node.example/"),
        ("endpoint = 'https://user:secret@node.example/'", "The endpoint must look like https://node.example/"),
        ("port = ", "node.toml is not TOML"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused_with_a_sentence(more: str, sentence: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        parse(SHORT + more)
    assert sentence in refusal.value.sentence


def test_every_setting_is_explained() -> None:
    keys = list(explain())
    assert len(keys) > 15
    assert [key.name for key in keys if not key.description] == []
