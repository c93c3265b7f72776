"""`portner audit`: whether the chain holds, and whether lines that were taken away are those that stand in it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from xmpp_agent.cli_common import PLAIN, settings_of
from xmpp_agent.edges.store.audit_trail import AuditReport, Checked, NoExport, check_export, read_export, verify_audit
from xmpp_agent.edges.store.chain import Broken
from xmpp_agent.edges.store.sqlite.file import DatabaseFault, open_engine, prepare
from xmpp_agent.withdrawing import NotDone

audit = typer.Typer(help="The audit chain.", **PLAIN)
_T = TypeVar("_T")


def mount(app: typer.Typer) -> None:
    """Add these commands to `portner`."""
    app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(context: typer.Context) -> None:
    """Walk the audit chain and name the first line that does not hold. Needs no keys."""
    report: AuditReport = _on_chain(settings_of(context).database, verify_audit)
    for shard, head in sorted(report.heads.items()):
        print(f"{shard}: {head.seq} lines hold, the last is {head.hash}")
    _refuse(report.broken)


@audit.command("check")
def audit_check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Lines saved by the console.", exists=True, dir_okay=False)],
) -> None:
    """Whether each line of an export is what was written, and stands so in the chain. Needs no keys."""
    try:
        links = read_export(file.read_text("utf-8"))
    except (NoExport, UnicodeDecodeError):
        raise NotDone(f"{file} is no export of the audit, or not the whole of it.") from None

    async def work(engine: AsyncEngine) -> Checked:
        return await check_export(engine, links)

    checked = _on_chain(settings_of(context).database, work)
    _refuse(checked.broken)
    print(f"{checked.lines} lines are what was written, and stand so in the chain")


def _on_chain(database: Path, work: Callable[[AsyncEngine], Awaitable[_T]]) -> _T:
    if not database.exists():
        raise DatabaseFault(f"Database {database} does not exist.")

    async def opened() -> _T:
        await asyncio.to_thread(prepare, database)
        engine = open_engine(database)
        try:
            return await work(engine)
        finally:
            await engine.dispose()

    return asyncio.run(opened())


def _refuse(broken: Broken | None) -> None:
    if broken is not None:
        raise NotDone(f"Line {broken.seq} of {broken.shard} does not hold: {broken.why}.")
