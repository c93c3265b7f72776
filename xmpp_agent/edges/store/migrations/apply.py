"""Bringing a database up to the schema of this version, through a connection that the caller opened."""

import threading
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

_one_at_a_time = threading.Lock()


@cache
def known_revisions() -> tuple[str, ...]:
    """All revisions this version knows, oldest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())[::-1]


def upgrade(connection: Connection) -> None:
    """Run what is missing, inside the caller's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    # Alembic keeps the run that is going on in module globals.
    with _one_at_a_time:
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
