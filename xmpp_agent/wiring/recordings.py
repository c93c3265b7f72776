"""Puts the recording room together: recorders' folder, vault, journal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from xmpp_agent.edges.keys.ring import KeyRing
from xmpp_agent.edges.recordings.folder import RecorderFolder
from xmpp_agent.edges.recordings.shelves import Bucket, LocalShelf, ObjectShelf, s3_shelf
from xmpp_agent.edges.recordings.vault import SealedVault
from xmpp_agent.edges.store.database import Database
from xmpp_agent.edges.store.memos import SqlMemos
from xmpp_agent.flows.archive import Archive
from xmpp_agent.flows.office import Office
from xmpp_agent.flows.recording_room import RecordingRoom
from xmpp_agent.flows.taking_in import Intake
from xmpp_agent.settings import SettingsFault
from xmpp_agent.settings_site import SiteSettings
from xmpp_agent.wiring.journal import journal
from xmpp_agent.wiring.tables import read_table, with_secrets


@dataclass(frozen=True, slots=True)
class Parts:
    """What the room is made of."""

    conf: SiteSettings
    data_dir: Path
    ring: KeyRing
    database: Database
    office: Office


def recording_room(
    parts: Parts,
    keep: Callable[[httpx.AsyncClient], None],
    report: Callable[[BaseException], None],
    *,
    leads: Callable[[], bool],
) -> RecordingRoom:
    """The room as the settings have it; `keep` gets each HTTP client made. Raises SettingsFault, KeyFault."""
    conf, data_dir, database, office = parts.conf, parts.data_dir, parts.database, parts.office
    table = conf.journal or _own_folder(data_dir / "journal")
    recorder = conf.recordings
    vault = SealedVault(recorder or data_dir / "no-recorder", _shelf(conf, data_dir), parts.ring.columns)
    memo = SqlMemos(database.engine, office.clock)
    archive = Archive(office, database.recordings, database.notes, vault, journal(table, memo, keep), memo)
    source = RecorderFolder(recorder) if recorder is not None else None
    intake = Intake(office, database.recordings, source, vault)
    return RecordingRoom(intake, archive, report, leads=leads)


def _own_folder(path: Path) -> Mapping[str, Any]:
    """The folder that stands in for a case system until one is named; only this one is made by us."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {"adapter": "folder", "path": str(path)}


def _shelf(conf: SiteSettings, data_dir: Path) -> ObjectShelf:
    given = with_secrets(conf.vault or {}, "Secret of the vault")
    adapter = given.pop("adapter", "folder")
    if adapter == "s3":
        return s3_shelf(read_table(Bucket, given, "site.vault"))
    if adapter != "folder" or given.keys() - {"path"}:
        raise SettingsFault(('Setting site.vault: must have a path, or adapter = "s3" and its bucket.',))
    return LocalShelf(Path(given["path"])) if "path" in given else LocalShelf.made(data_dir / "vault")
