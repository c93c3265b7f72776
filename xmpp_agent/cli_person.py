"""`portner person` and `portner retention`. Mounted by `cli.py`.

CPR numbers are read from stdin alone, never from the command line: other users of the machine can read that.
"""

import json
import os
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from xmpp_agent import withdrawing
from xmpp_agent.cli_common import PLAIN, Answer, AsJson, actor, on_database, opened, settings_of
from xmpp_agent.edges.clock import SystemClock
from xmpp_agent.edges.store.database import Database
from xmpp_agent.flows import privacy
from xmpp_agent.flows.office import Refused
from xmpp_agent.flows.retention import look_ahead, recordings_ahead, run_retention
from xmpp_agent.model.verdicts import Verdict
from xmpp_agent.model.words import WORDS
from xmpp_agent.ports.privacy import Party
from xmpp_agent.settings import Settings
from xmpp_agent.withdrawing import NotDone

_CPR = re.compile(r"\s*\d{6}[ -]?\d{4}\s*")
_EVERYWHERE = frozenset({"*"})
"""Whoever reads the key files supervises everything."""

person = typer.Typer(help="Citizens: what is held of them, who looked, erasing them.", **PLAIN)


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(person, name="person")
    app.command()(retention)


@person.command("find")
def person_find(
    context: typer.Context,
    person_id: Annotated[str, typer.Argument(help="Person id; '-' reads a CPR number from stdin.")] = "-",
    as_json: AsJson = False,
) -> None:
    """List the rows of one citizen (one for each booking): ids and counts, no names."""
    identity = ""
    if _CPR.fullmatch(person_id):
        raise typer.BadParameter("a CPR number is read from stdin, where nobody else can see it")
    if person_id == "-":
        _, ring = opened(context)
        identity = ring.identity.cpr(sys.stdin.readline().strip())

    async def work(custody: privacy.Custody, now: float) -> tuple[Party, ...]:
        if identity:
            return await privacy.find(custody, identity, actor(), now)
        return await privacy.find_like(custody, person_id, actor(), now)

    found = _with(context, work)
    if not found:
        raise NotDone("There is no such person.")
    for party in found:
        facts = {"person": party.person, "unit": party.unit, "role": party.role.value}
        kept = {"appointments": len(party.stays), "name": party.has_name, "reach": party.has_reach}
        shown = (f"{name}={value}" for name, value in {**facts, **kept}.items())
        print(json.dumps({**facts, **kept}) if as_json else "  ".join(shown))


@person.command("export")
def person_export(
    context: typer.Context,
    person_id: str,
    to: Annotated[Path | None, typer.Option(help="A new file, readable by you only; else stdout.")] = None,
) -> None:
    """Hand out everything held of a citizen, as JSON."""
    found = _with(context, lambda custody, now: privacy.export(custody, person_id, actor(), now))
    text = json.dumps(found, ensure_ascii=False, indent=2) + "\n"
    if to is None:
        print(text, end="")
    else:
        _write_new(to, text)


@person.command("looks")
def person_looks(context: typer.Context, person_id: str, as_json: AsJson = False) -> None:
    """Who looked at or acted on a citizen, oldest first."""
    for look in _with(context, lambda custody, now: privacy.access_log(custody, person_id, actor(), now)):
        when = datetime.fromtimestamp(look.at, UTC).isoformat(timespec="seconds")
        print(json.dumps(asdict(look)) if as_json else f"{when}  {look.act}  {look.actor}  {look.why}".rstrip())


@person.command("erase")
def person_erase(context: typer.Context, person_id: str) -> None:
    """Erase everything personal of a citizen: through the agent when it runs, else in the database."""
    if withdrawing.asked(settings_of(context).socket, "people", person_id, "erase"):
        return

    def work(custody: privacy.Custody, now: float) -> Awaitable[Verdict]:
        return privacy.erase(custody, person_id, actor(), _EVERYWHERE, now)

    verdict = _with(context, work)
    if not verdict.is_open:
        raise NotDone(WORDS[verdict.reason][1])


def retention(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what a run would erase, and erase nothing.")] = False,
) -> None:
    """Erase what is due, as the agent does once a day; prints how many of each kind."""

    async def work(database: Database, _: Settings) -> Counter[str]:
        custody, now = _custody(database), SystemClock().now()
        if dry_run:
            return await look_ahead(custody, now) + await recordings_ahead(database.recordings, now)
        return await run_retention(custody, now, actor())

    for held, count in sorted(on_database(context, work).items()):
        print(f"{held}: {count}")


def _with(context: typer.Context, act: Callable[[privacy.Custody, float], Awaitable[Answer]]) -> Answer:
    """Run a flow on the database, beside a running agent or without one. Raises NotDone in the words of a refusal."""

    async def work(database: Database, _: Settings) -> Answer:
        try:
            return await act(_custody(database), SystemClock().now())
        except Refused as refused:
            raise NotDone(WORDS[refused.verdict.reason][1]) from None

    return on_database(context, work)


def _custody(database: Database) -> privacy.Custody:
    return privacy.Custody(database.holdings, database.diary, database.records)


def _write_new(path: Path, text: str) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise NotDone(f"{path} cannot be written: {error.strerror}.") from None
