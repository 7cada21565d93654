"""Nobody gets in by mistake: what each setting opens, and what ends the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit import config

from concerns.schema import BadSetting
from pages.widgets import mode
from pages.widgets.mode import Mode

PROVIDER = {"redirect_uri": "https://atlas.example.org/oauth2callback", "cookie_secret": "s" * 32, "client_id": "a",
            "client_secret": "b", "server_metadata_url": "https://p/.well-known/openid-configuration"}  # fmt: skip
ENVIRONMENT = {mode.FROM_ENVIRONMENT[key]: value for key, value in PROVIDER.items()}


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Settings of a test's own: an address, and a secrets file."""
    known = {"server.address": "127.0.0.1", "secrets.files": [str(tmp_path / "secrets.toml")]}
    real = config.get_option
    monkeypatch.setattr(config, "get_option", lambda name: known[name] if name in known else real(name))
    monkeypatch.setattr(mode, "_started", [])
    return known


def as_toml(values: dict[str, str]) -> str:
    return "[auth]\n" + "\n".join(f'{key} = "{value}"' for key, value in values.items())


def test_without_anything_it_is_local():
    assert mode.start({}) is Mode.LOCAL


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "", None, "192.0.2.2", "atlas.example.org", "unix:/tmp/s"])
def test_local_mode_listens_on_loopback_alone(settings, address):
    settings["server.address"] = address
    with pytest.raises(BadSetting, match="serves this machine alone"):
        mode.start({})
    assert mode.start({mode.MODE: "public"}) is Mode.PUBLIC
    assert mode.start(ENVIRONMENT) is Mode.PROVIDER


@pytest.mark.parametrize("address", ["127.0.0.1", "localhost", "::1", "127.8.9.1"])
def test_every_name_of_loopback_will_do(settings, address):
    settings["server.address"] = address
    assert mode.start({}) is Mode.LOCAL


def test_a_provider_comes_from_a_file_or_from_the_environment(tmp_path):
    assert mode.start(ENVIRONMENT) is Mode.PROVIDER
    (tmp_path / "secrets.toml").write_text(as_toml(PROVIDER))
    assert mode.start({}) is Mode.PROVIDER
    assert mode.secrets_of(ENVIRONMENT) == {"auth": PROVIDER}
    assert mode.secrets_of({}) == {}


@pytest.mark.parametrize("key", mode.PROVIDER_KEYS)
def test_half_a_provider_is_refused_and_never_taken_for_none(tmp_path, key):
    part = {name: value for name, value in PROVIDER.items() if name != key}
    (tmp_path / "secrets.toml").write_text(as_toml(part))
    with pytest.raises(BadSetting, match=f"lacks {key}"):
        mode.start({})
    with pytest.raises(BadSetting, match=f"lacks {key}"):
        mode.start({mode.FROM_ENVIRONMENT[name]: value for name, value in part.items()})


def test_secrets_that_cannot_be_read_are_refused(tmp_path):
    (tmp_path / "secrets.toml").write_text("[auth\n")
    with pytest.raises(BadSetting, match="cannot be read"):
        mode.start({})


@pytest.mark.parametrize("named", ["PUBLIC", "local", "provider", "yes"])
def test_an_unknown_mode_is_refused(named):
    with pytest.raises(BadSetting, match="no such mode"):
        mode.start({mode.MODE: named})


def test_a_weak_secret_and_a_redirect_without_tls_are_refused():
    for name, value in (("COOKIE_SECRET", "short"), ("REDIRECT_URI", "http://atlas.example.org/oauth2callback")):
        with pytest.raises(BadSetting):
            mode.start(ENVIRONMENT | {f"CONCERN_ATLAS_{name}": value})
    here = {"CONCERN_ATLAS_REDIRECT_URI": "http://localhost:{port}/oauth2callback"}
    assert mode.start(ENVIRONMENT | here) is Mode.PROVIDER


def test_what_was_started_stays_whatever_the_settings_become(monkeypatch, tmp_path):
    mode.start(ENVIRONMENT)
    monkeypatch.delenv(mode.MODE, raising=False)
    assert mode.current() is Mode.PROVIDER


def test_a_refused_start_ends_with_one_line_and_exit_2(settings, capsys):
    settings["server.address"] = "0.0.0.0"
    with pytest.raises(SystemExit) as ended:
        mode.start_or_leave()
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("headers", "remote", "is_here"),
    [
        ({"Host": "localhost:8501"}, None, True),
        ({"Host": "[::1]:8501"}, None, True),
        ({"Host": "127.0.0.1"}, "127.0.0.2", True),
        ({"Host": "localhost"}, "192.0.2.7", False),
        ({"Host": "atlas.example.org"}, None, False),
        ({"Host": "localhost.evil.example"}, None, False),
        ({"Host": "localhost", "X-Forwarded-For": "127.0.0.1"}, None, False),
        ({"Host": "localhost", "Forwarded": "for=127.0.0.1"}, None, False),
        ({"Host": "localhost", "X-Real-IP": "127.0.0.1"}, None, False),
    ],
)
def test_local_mode_knows_who_sits_at_the_machine(headers, remote, is_here):
    assert mode.came_from_here(headers, remote) is is_here


def test_the_example_of_secrets_names_what_is_needed():
    import tomllib

    path = Path(__file__).resolve().parents[3] / "deploy" / "secrets.example.toml"
    assert set(tomllib.loads(path.read_text(encoding="utf-8"))["auth"]) == set(mode.PROVIDER_KEYS)
