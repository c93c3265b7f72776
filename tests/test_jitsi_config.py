"""`portner jitsi-config`: the texts say what a Jitsi needs, hold together, and are what Prosody can read."""

import re
import subprocess
from pathlib import Path

import pytest

from xmpp_agent.jitsi_config import command
from xmpp_agent.settings import Settings, SettingsFault

DOMAIN = "meet.example.dk"
NEEDED = {
    "debian": (
        'authentication = "portner"',
        '"portner_door"',
        '"portner_rooms"',
        'modules_enabled remove: "muc_lobby_rooms"',
        'Remove Component "lobby.meet.example.dk" "muc"',
        "muc_room_cache_size = 20000",
        "nagle = false",
        "conference-request/v1",
        "$uri",
        "smacks_hibernation_time = 60",
    ),
    "docker": (
        'authentication = "portner"',
        "XMPP_MODULES=portner_door",
        "XMPP_MUC_MODULES=portner_rooms",
        "ENABLE_LOBBY=0",
        "ENABLE_AUTO_OWNER=0",
        "JICOFO_ENABLE_AUTH=0",
        "ENABLE_GUESTS=0",
        "component_ports = { 5347 }",
        "prosody-plugins-custom",
        "PORTNER_MUC=muc.meet.example.dk",
    ),
}
BOTH = (
    'Component "lobby.meet.example.dk"\n',
    "authentication { enabled = false }",
    "enable-auto-owner = false",
    "conference-request { enabled = false }",
    "config.deeplinking",
    "config.gravatar",
    "disableThirdPartyRequests = true",
    "hideLobbyButton: true",
    "disableLobbyPassword: true",
    "disablePolls = true",
    "doNotStoreRoom = true",
    "delete config.conferenceRequestUrl",
    "tokenAuthUrl",
    "component.secret, mode 0600",
)


@pytest.mark.parametrize("flavour", ["debian", "docker"])
def test_each_text_names_everything_that_has_to_be_changed(flavour: str) -> None:
    """Prosody, Jicofo, web and nginx: nothing of the list is missing."""
    text = command(DOMAIN, flavour)
    assert [needed for needed in (*NEEDED[flavour], *BOTH) if needed not in text] == []


@pytest.mark.parametrize("flavour", ["debian", "docker"])
def test_prosody_and_agent_are_told_one_secret_and_a_new_one_each_time(flavour: str) -> None:
    """The component's secret and the agent's are the same, long, and never those of another installation."""
    first, second = command(DOMAIN, flavour), command(DOMAIN, flavour)
    secrets = [_secrets(first), _secrets(second)]
    assert all(len(set(pair)) == 1 and len(pair) == 2 and len(pair[0]) >= 40 for pair in secrets)
    assert secrets[0] != secrets[1]


def _secrets(text: str) -> list[str]:
    return re.findall(r'component_secret = "([^"]+)"', text) + re.findall(r"mode 0600:  (\S+)", text)


@pytest.mark.parametrize("flavour", ["debian", "docker"])
def test_the_agents_settings_in_the_text_are_settings(flavour: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the text tells the agent is accepted, and names the domains that the text gives Prosody."""
    text = command(DOMAIN, flavour)
    for name, value in re.findall(r"^(PORTNER_\w+)=(.*)$", text, re.MULTILINE):
        monkeypatch.setenv(name, value)
    settings = Settings.model_validate({})
    assert f'portner_agent = "{settings.lobby}"' in text
    assert f'portner_focus = "{settings.focus.partition("/")[0]}"' in text
    assert f'portner_muc = {{ "{settings.muc}" }}' in text


@pytest.mark.prosody
@pytest.mark.parametrize("flavour", ["debian", "docker", "stock"])
def test_what_is_lua_in_the_texts_is_lua(flavour: str, tmp_path: Path) -> None:
    """Each stretch meant for Prosody's configuration is read by Lua without a complaint."""
    text = command(DOMAIN, flavour)
    stretches = [text] if flavour == "stock" else _lua(text)
    assert stretches
    for number, stretch in enumerate(stretches):
        file = tmp_path / f"{number}.lua"
        file.write_text(stretch, encoding="utf-8")
        run = ["lua5.4", "-e", f"assert(loadfile({str(file)!r}))"]
        checked = subprocess.run(run, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr + stretch


def _lua(text: str) -> list[str]:
    settings = re.findall(r"^\s*(?:[a-z_]+ = .+)$", text, re.MULTILINE)
    component = re.findall(r'^Component "[^"]+"\n(?:\t.*\n)+', text, re.MULTILINE)
    globals_ = [part.replace("\\n", "\n") for part in re.findall(r"^GLOBAL_CONFIG='(.*)'$", text, re.MULTILINE)]
    lists = [part.replace(",", "\n") for part in re.findall(r"^XMPP_\w*CONFIGURATION='(.*)'$", text, re.MULTILINE)]
    web = {line for line in settings if line.startswith(("config.", "log_format", "access_log"))}
    return ["\n".join(line for line in settings if line not in web), *component, *globals_, *lists]


@pytest.mark.parametrize("domain", ["", "Meet.Example.dk", 'a"; os.exit() --', "a b", "x" * 300])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    """It goes into Lua, shell and JavaScript; nothing but a domain name does."""
    with pytest.raises(SettingsFault, match="--domain"):
        command(domain, "debian")
