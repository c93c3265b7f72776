"""From the table `[site.journal]` to the journal it describes (docs/journal.md)."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from xmpp_agent.edges.journal.asking import make_client
from xmpp_agent.edges.journal.f2 import F2, F2Settings
from xmpp_agent.edges.journal.folder import Folder, FolderSettings
from xmpp_agent.edges.journal.nova import Nova, NovaSettings
from xmpp_agent.edges.journal.s3 import S3, S3Settings
from xmpp_agent.edges.journal.sbsys import Sbsys, SbsysSettings
from xmpp_agent.edges.journal.webhook import Webhook, WebhookSettings
from xmpp_agent.ports.recordings import Journal, Memo
from xmpp_agent.settings import SettingsFault
from xmpp_agent.wiring.tables import read_table, with_secrets

_WHERE = "site.journal"


def journal(table: Mapping[str, Any], memo: Memo, keep: Callable[[httpx.AsyncClient], None]) -> Journal:
    """The journal of the table. `keep` gets each client made, to be closed at the end.

    Raises SettingsFault, KeyFault.
    """
    given = with_secrets(table, "Secret of the journal")
    adapter = given.pop("adapter", "folder")

    match adapter:
        case "folder":
            return Folder(read_table(FolderSettings, given, _WHERE))
        case "s3":
            return S3(read_table(S3Settings, given, _WHERE))
        case "webhook":
            hook = read_table(WebhookSettings, given, _WHERE)
            return Webhook(hook, _client(hook.authorities, keep), memo)
        case "f2":
            f2 = read_table(F2Settings, given, _WHERE)
            return F2(f2, _client(f2.authorities, keep), memo)
        case "nova":
            nova = read_table(NovaSettings, given, _WHERE)
            return Nova(nova, _client(nova.authorities, keep), memo)
        case "sbsys":
            sbsys = read_table(SbsysSettings, given, _WHERE)
            return Sbsys(sbsys, _client(sbsys.authorities, keep), memo)
    raise SettingsFault((f"Setting {_WHERE}: adapter must be folder, s3, webhook, f2, nova or sbsys.",))


def _client(authorities: Path | None, keep: Callable[[httpx.AsyncClient], None]) -> httpx.AsyncClient:
    try:
        http = make_client(authorities)
    except OSError:
        raise SettingsFault((f"Setting {_WHERE}: authorities: no certificates can be read there.",)) from None
    keep(http)
    return http
