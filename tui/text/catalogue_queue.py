"""Texts of the screen with everybody who waits; Danish and English."""

from typing import Final

QUEUE: Final[dict[str, tuple[str, str]]] = {
    "queue.title": ("Alle, der venter", "Everybody who waits"),
    "queue.hint": (
        "ord · !ord fra · medarbejder:mette enhed:syd bevis:mitid vent>10m",
        "words · !word out · staff:mette unit:syd proof:mitid wait>10m",
    ),
    "queue.no_match": (
        "Ingen passer til filteret ({keys[back]} fjerner det)",
        "Nobody matches ({keys[back]} clears the filter)",
    ),
    "queue.to_judge": ("{n} skal vurderes", "{n} to be judged"),
    "queue.empty": ("Ingen venter", "Nobody is waiting"),
    "queue.calm": ("Ingen skal vurderes", "Nobody is to be judged"),
    "col.place": ("Nr.", "No."),
    "key.lobby": ("Venter", "Waiting"),
    "tip.lobby": ("Alle, der venter, i én liste", "Everybody who waits in one list"),
}
