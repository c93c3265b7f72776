"""Settings: environment over file over defaults; every fault is one sentence that names the setting."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from xmpp_agent.settings import Settings, SettingsFault, load_settings


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings in the environment but the domain."""
    for name in list(os.environ):
        if name.upper().startswith("PORTNER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PORTNER_DOMAIN", "meet.example.dk")


def faults(config: Path | None = None) -> tuple[str, ...]:
    """The sentences it refuses to start with."""
    with pytest.raises(SettingsFault) as caught:
        load_settings(config)
    return caught.value.faults


def test_the_domain_is_enough() -> None:
    """Everything else follows from the domain or has a default."""
    settings = load_settings()

    assert settings.muc == "conference.meet.example.dk"
    assert frozenset({"breakout.meet.example.dk"}) == settings.extra_mucs
    assert settings.lobby == "lobby.meet.example.dk"
    assert settings.focus == "focus@auth.meet.example.dk/focus"
    assert settings.recorder_domain == "recorder.meet.example.dk"
    assert (settings.component_host, settings.component_port) == ("127.0.0.1", 5347)
    assert Path("/var/lib/portner/portner.sqlite3") == settings.database
    assert Path("/var/lib/portner/keys") == settings.key_dir
    assert Path("/var/lib/portner/agent.sock") == settings.socket
    assert {os.getuid(): frozenset({"*"})} == settings.supervisors
    assert settings.audit_sync == "full"


def test_all_of_ours_lives_under_the_data_dir(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Database, keys, socket and secret move with it."""
    monkeypatch.setenv("PORTNER_DATA_DIR", str(tmp_path))
    settings = load_settings()

    for path in (settings.database, settings.key_dir, settings.socket, settings.component_secret_file):
        assert tmp_path == path.parent


def test_environment_over_file_over_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What the environment says wins over the file, which wins over what follows from the domain."""
    config = tmp_path / "portner.toml"
    config.write_text('domain = "file.dk"\nmuc = "rooms.file.dk"\ncomponent_port = 6000\n')
    monkeypatch.setenv("PORTNER_COMPONENT_PORT", "6001")

    settings = load_settings(config)

    assert settings.domain == "meet.example.dk"
    assert settings.lobby == "lobby.meet.example.dk"
    assert (settings.muc, settings.component_port) == ("rooms.file.dk", 6001)


def test_the_file_may_be_named_in_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PORTNER_CONFIG is read when no file is given, and only then."""
    named, given_ = tmp_path / "named.toml", tmp_path / "given.toml"
    named.write_text('shard = "named"')
    given_.write_text('shard = "given"')
    monkeypatch.setenv("PORTNER_CONFIG", str(named))

    assert load_settings().shard == "named"
    assert load_settings(given_).shard == "given"


def test_supervisors_by_name_or_number(tmp_path: Path) -> None:
    """Unix users are named either way, units one by one or all."""
    config = tmp_path / "portner.toml"
    config.write_text('[supervisors]\nroot = "*"\n1234 = ["ward 7", "ward 8"]\n')

    assert {0: frozenset({"*"}), 1234: frozenset({"ward 7", "ward 8"})} == load_settings(config).supervisors


BAD = {
    "PORTNER_DOMAIN": ["Meet.example.dk", "", "a..b", "meet.example.dk/x", "æ.dk", "-a.dk", "x" * 300],
    "PORTNER_MUC": ["rooms@example.dk", "meet.example.dk", "lobby.meet.example.dk"],
    "PORTNER_EXTRA_MUCS": ["breakout.example.dk", '["B"]', '{"a": 1}', '["conference.meet.example.dk"]'],
    "PORTNER_FOCUS": ["focus", "@auth.example.dk", "focus@", "focus@auth.example.dk/"],
    "PORTNER_COMPONENT_PORT": ["0", "65536", "many", "-1", ""],
    "PORTNER_COMPONENT_HOST": [""],
    "PORTNER_SHARD": ["", "One", "a/b", "a:b", "x" * 33, "a\n"],
    "PORTNER_AUDIT_SYNC": ["off", "FULL", ""],
    "PORTNER_SUPERVISORS": [
        "{",
        "{}",
        "[]",
        '{"no-such-user-here": "*"}',
        '{"-1": "*"}',
        '{"0": []}',
        '{"0": "ward 7"}',
        '{"0": [""]}',
        '{"0": null}',
        '{"99999999999": "*"}',
    ],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_a_bad_setting_is_one_sentence(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    """Each bad value gives exactly one sentence; it names the setting (or the settings that clash) and says why."""
    monkeypatch.setenv(name, value)

    [sentence] = faults()

    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert name.removeprefix("PORTNER_").lower() in sentence


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody has to start five times to hear of five faults."""
    config = tmp_path / "portner.toml"
    config.write_text('langauge = "da"\ncomponent_port = "x"\n')
    monkeypatch.setenv("PORTNER_SHARD", "a/b")
    monkeypatch.setenv("PORTNER_DOMIAN", "x")
    monkeypatch.setenv("PORTNER_DOMAIN", "X")

    told = faults(config)

    assert len(told) == 5
    for word in ("langauge", "component_port", "shard", "PORTNER_DOMIAN", "PORTNER_DOMAIN"):
        assert any(word in sentence for sentence in told)


def test_the_domain_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no default for whom it serves."""
    monkeypatch.delenv("PORTNER_DOMAIN")

    assert faults() == ("Setting domain (PORTNER_DOMAIN): is needed and was not given.",)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"domain = ", "not TOML"), (b"\xff\xfe", "not UTF-8"), (b"[[[", "not TOML"), (None, "cannot be read")],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, content: bytes | None, why: str) -> None:
    """A file that is missing or cannot be read says so with its name."""
    config = tmp_path / "portner.toml"
    if content is not None:
        config.write_bytes(content)

    [sentence] = faults(config)

    assert str(config) in sentence
    assert why in sentence


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """Other settings follow from it."""
    (tmp_path / "c.toml").write_text("data_dir = 1")
    [sentence] = faults(tmp_path / "c.toml")
    assert sentence.startswith("Setting data_dir (PORTNER_DATA_DIR): ")


def told(name: str, value: str) -> tuple[str, ...]:
    """What is said about this value; nothing when it is taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(name, value)
        try:
            load_settings()
        except SettingsFault as fault:
            return fault.faults
    return ()


@given(
    name=st.sampled_from(sorted(Settings.model_fields)),
    value=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40),
)
@hypothesis_settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_ends_in_anything_but_settings_or_sentences(name: str, value: str) -> None:
    """Whatever stands in a variable, loading gives settings or whole sentences."""
    sentences = told(f"PORTNER_{name.upper()}", value)

    assert all(sentence.endswith(".") and "\n" not in sentence for sentence in sentences)


some_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(some_json)
@hypothesis_settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_supervisors_end_in_anything_but_settings_or_sentences(value: object) -> None:
    """Any JSON in the one structured setting gives settings or sentences that name it."""
    assert all("supervisors" in sentence for sentence in told("PORTNER_SUPERVISORS", json.dumps(value)))
