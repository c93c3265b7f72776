"""`portner recording`: what is stuck, and what to do about it. Asks the agent, which must run. Mounted by `cli.py`."""

import json
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

import httpx
import typer

from xmpp_agent.cli_common import PLAIN, AsJson, settings_of
from xmpp_agent.flows.office import new_id
from xmpp_agent.wire import Discard, Done, Hold, MapTo, Problem, RecordingRow, Recordings, Retry
from xmpp_agent.wire_base import Malformed, Wire
from xmpp_agent.withdrawing import NotDone, listens

recording = typer.Typer(help="Recordings: what is stuck, and what to do about it.", **PLAIN)
_SECONDS = 15.0
Which = Annotated[str, typer.Argument(help="Id of the recording, as `list` prints it.")]
Why = Annotated[str, typer.Option("--reason", help="Why; kept with your user id.")]


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(recording, name="recording")


@recording.command("list")
def recording_list(
    context: typer.Context,
    stuck: Annotated[bool, typer.Option("--stuck", help="Only those a person must look at.")] = False,
    as_json: AsJson = False,
) -> None:
    """List recordings of your units: ids, how they stand, what may be done. Plain lines hold no names."""
    found = Recordings.read(_ask(context, "GET", "recordings"))
    for row in found.recordings:
        if row.stuck or not stuck:
            print(row.json() if as_json else _line(row))


@recording.command("retry")
def retry(context: typer.Context, which: Which) -> None:
    """Once more: look for the file, file it, ask for the receipt."""
    _act(context, which, "retry", Retry(command=new_id()))


@recording.command("map")
def map_to(
    context: typer.Context, which: Which, appointment: Annotated[str, typer.Argument(help="Appointment id.")]
) -> None:
    """Say which appointment an unmapped recording is of; it is filed in that case."""
    _act(context, which, "map", MapTo(command=new_id(), appointment=appointment))


@recording.command("discard")
def discard(context: typer.Context, which: Which, reason: Why) -> None:
    """Destroy key and file for good."""
    _act(context, which, "discard", _with(Discard, reason))


@recording.command("hold")
def hold(context: typer.Context, which: Which, reason: Why) -> None:
    """Legal hold: it is not deleted until it is released."""
    _act(context, which, "hold", _with(Hold, reason))


@recording.command("release")
def release(context: typer.Context, which: Which, reason: Why) -> None:
    """Lift the legal hold."""
    _act(context, which, "release", _with(Hold, reason))


def _with(kind: type[Discard | Hold], reason: str) -> Discard | Hold:
    try:  # written and read: what a shell passes on need be no text at all
        return kind.read(json.dumps({"command": new_id(), "reason": reason}))
    except Malformed:
        raise typer.BadParameter("a reason has 3 to 300 characters") from None


def _line(row: RecordingRow) -> str:
    since = datetime.fromtimestamp(row.since, UTC)
    held = "held" if row.held else "-"
    may = ",".join(row.may) or "-"
    unit = row.unit or "-"
    return f"{row.recording}  {since:%Y-%m-%dT%H:%MZ}  {row.stage}  {unit}  {held}  {may}  {row.words[1]}"


def _act(context: typer.Context, which: str, verb: str, command: Retry) -> None:
    print(Done.read(_ask(context, "POST", f"recordings/{quote(which, safe='')}/{verb}", command)).text)


def _ask(context: typer.Context, verb: str, path: str, command: Wire | None = None) -> bytes:
    """What the agent answers. Raises NotDone in its words, also when no agent runs."""
    body = command.plain() if command is not None else None
    path_to_agent = settings_of(context).socket
    if not listens(path_to_agent):
        raise NotDone("No agent runs here. It must run: it alone files and deletes.")
    try:
        transport = httpx.HTTPTransport(uds=str(path_to_agent))
        with httpx.Client(transport=transport, base_url="http://agent/v1/", timeout=_SECONDS) as client:
            answer = client.request(verb, path, json=body, headers={"accept-language": "en"})
    except httpx.HTTPError as error:
        raise NotDone(f"The agent did not answer: {type(error).__name__}.") from None
    if not answer.is_success:
        raise NotDone(f"The agent refused ({answer.status_code}): {_title(answer)}")
    return answer.content


def _title(answer: httpx.Response) -> str:
    try:
        return Problem.read(answer.content).title
    except Malformed:
        return "no words given."
