"""The stock configuration: what goes into it is what Prosody reads."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clients import TcpClient, error_of
from tests.lua_shims.seat import Seat
from tests.prosody import PASSWORD, LogFault, Prosody, running_prosody
from xmpp_agent.jitsi_config import lua_string


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_lua_strings_mean_what_was_put_in(text: str) -> None:
    """Any text survives the way through a Lua string literal."""
    code = f"io.write({lua_string(text)})"
    done = subprocess.run(["lua5.4", "-"], input=code.encode(), capture_output=True, check=True, timeout=10)
    assert done.stdout.decode() == text


@pytest.mark.prosody
async def test_prosody_starts_in_a_directory_with_an_odd_name(tmp_path: Path) -> None:
    """Quotes and backslashes in the data path do no harm."""
    async with running_prosody(tmp_path / "o'd\"d\\ir") as prosody:
        assert prosody.stock.data_dir.is_dir()


@pytest.mark.prosody
async def test_service_accounts_sign_on_with_their_password(prosody: Prosody, seat: Seat) -> None:
    """focus and recorder come in by password on their own host, without a question."""
    async with await TcpClient.connect(prosody, PASSWORD, jid=f"focus@{prosody.services}/focus") as focus:
        assert focus.jid == f"focus@{prosody.services}/focus"
        assert seat.questions == []
        assert error_of(await focus.join(f"r@{prosody.rooms}/focus")) == ("cancel", "not-allowed")
        assert (await seat.asked("create"))["jid"] == focus.jid


@pytest.mark.prosody
async def test_restart_keeps_the_ports(tmp_path: Path) -> None:
    """After a killing and a start on the same ports the agent and clients come back."""
    async with running_prosody(tmp_path) as prosody:
        for kill in (True, False):
            async with Seat(prosody), await TcpClient.connect(prosody, "c1") as client:
                assert client.jid
                port = prosody.stock.c2s_port
            await prosody.restart(kill=kill)
            assert prosody.stock.c2s_port == port


@pytest.mark.prosody
async def test_a_lua_error_in_the_log_fails_the_test(tmp_path: Path) -> None:
    """The harness itself: a traceback is not overlooked."""
    modules = tmp_path / "own"
    modules.mkdir()
    (modules / "mod_broken.lua").write_text("module:add_timer(0, function () error('on purpose'); end);")
    extra = 'Component "broken.meet.example.dk" "broken"\n'
    prosody = Prosody(tmp_path / "p", extra=extra, extra_modules=modules)
    try:
        await prosody.start()
        await prosody.logged("on purpose")
    finally:
        await prosody.stop()
    with pytest.raises(LogFault, match="on purpose"):
        prosody.check_log()
