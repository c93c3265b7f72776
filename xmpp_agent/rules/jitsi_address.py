"""The address of a meeting as the unmodified Jitsi Meet reads it: pass and settings in the fragment, never in a log.

Each value is JSON, percent-encoded (jitsi-meet `base/util/parseURLParams`); `lang` is read from the query alone.
Nothing here is relied on: people can change their own address.
"""

import json
from dataclasses import dataclass
from urllib.parse import quote

_CURLY = str.maketrans({"\u201c": "", "\u201d": "", "\u2018": "'", "\u2019": "'"})
"""Jitsi turns curly quotes straight before it reads a value as JSON: one in a title would cost the whole title."""


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
    """Where the browser goes with this pass.

    That Jitsi's own page before joining is off (the device test was ours) stands in its `config.js`: in the address it
    would also have everybody come in muted (jitsi-meet `setConfigFromURLParams` sets `disableInitialGUM`).
    """
    shown: dict[str, str | bool] = {
        "jwt": token,
        "config.deeplinking.disabled": True,
        "config.disableDeepLinking": True,  # the same before 2023
        "config.localSubject": entrance.title.translate(_CURLY),
        "config.doNotStoreRoom": True,
        "config.startWithVideoMuted": entrance.camera_off,
    }
    fragment = "&".join(f"{key}={_part(json.dumps(value, ensure_ascii=False))}" for key, value in shown.items())
    return f"{entrance.origin}/{_part(entrance.node)}?lang={_part(entrance.language)}#{fragment}"


def _part(text: str) -> str:
    return quote(text, safe="")
