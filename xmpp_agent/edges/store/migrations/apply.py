"""Bringing a database up to the schema of this version, through a connection that the caller opened."""

import threading
from functools import cache
from pathlib import Path

from sqlalchemy import Connection

_HERE = Path(__file__).parent
_one_at_a_time = threading.Lock()


@cache
def known_revisions() -> tuple[str, ...]:
    """All revisions this version knows, oldest first: each is named by its file, and counts on from the one before."""
    return tuple(
        sorted(file.stem.partition("_")[0].removeprefix("r") for file in (_HERE / "versions").glob("r[0-9]*.py"))
    )


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction."""
    # Not loaded where nothing is missing: Alembic is a tenth of all an agent loads before it serves a door again.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    # Alembic keeps the run that is going on in module globals.
    with _one_at_a_time:
        command.upgrade(config, "head")
