"""The address of a meeting as the unmodified Jitsi Meet reads it: pass and settings in the fragment, never in a log.

jitsi-meet `react/features/base/util/parseURLParams.ts`: `key=value` pairs, each value JSON, percent-encoded;
`jwt` is read as it stands.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Entrance:
    """How somebody comes into Jitsi."""

    origin: str
    """Where Jitsi Meet is served: `https://meet.example.dk`."""
    node: str
    """Name of the room."""
    title: str
    """What the meeting is called, in the unit's words."""
    language: str = "da"
    camera_off: bool = False


def address(entrance: Entrance, token: str) -> str:
    """Where the browser goes with this pass. The device test was ours, so Jitsi's own page before joining is off."""
    settings: dict[str, str | bool] = {
        "config.prejoinConfig.enabled": False,
        "config.prejoinPageEnabled": False,  # the name of the same setting before 2022
        "config.defaultLanguage": entrance.language,
        "config.subject": entrance.title,
    }
    if entrance.camera_off:
        settings["config.startWithVideoMuted"] = True
    pairs = (f"{key}={_part(json.dumps(value, ensure_ascii=False))}" for key, value in settings.items())
    fragment = "&".join((f"jwt={token}", *pairs))
    return f"{entrance.origin}/{_part(entrance.node)}?lang={_part(entrance.language)}#{fragment}"


def _part(text: str) -> str:
    return quote(text, safe="")
