"""Texts of what a supervisor does to a room they are not in, and of keys that do nothing now; Danish and English."""

from typing import Final

DOORS: Final[dict[str, tuple[str, str]]] = {
    # why a key does nothing
    "hinder.said": ("{act}: ikke nu – {why}", "{act}: not now – {why}"),
    "hinder.not_current": ("billedet er ikke aktuelt ({state})", "the picture is not current ({state})"),
    "hinder.nothing": ("intet er valgt", "nothing is chosen"),
    "hinder.no_answer": ("intet svar fra agenten", "no answer from the agent"),
    "reason.no_pages": ("agenten har ingen sider", "this agent has no pages"),
    # acts, as they stand among what happened
    "act.next": ("Den næste: luk {who} ind", "Next: let {who} in"),
    "act.put_back": ("Send {who} tilbage for at vente", "Send {who} back to wait"),
    "act.move": ("Flyt {who} til en kollega", "Move {who} to a colleague"),
    "act.end": ("Luk mødet for alle: {who}", "Close the meeting for all: {who}"),
    "act.stop_recording": ("Stop optagelsen af {who}", "Stop the recording of {who}"),
    "act.write_unit": ("Skriv til alle, der venter i {who}", "Write to all who wait in {who}"),
    "stop_recording.off": ("optagelsen er slut", "the recording is off"),
    # dialogs
    "ask.next": ("Luk {who} ind som den næste?", "Let {who} in as the next?"),
    "ask.next.help": ("Har ventet {waited} i lokalets venteværelse.", "Has waited {waited} in the room's lobby."),
    "ask.next.shared": (
        "Har ventet {waited} i enhedens fælles kø. Aftalen bliver lokalets.",
        "Has waited {waited} in the unit's shared queue. The appointment becomes this room's.",
    ),
    "ask.put_back": ("Send {who} tilbage for at vente", "Send {who} back to wait"),
    "ask.put_back.help": (
        "De står først i køen. Skriv, hvad de skal læse; uden ord læser de vores.",
        "They stand first in line. Write what they read; without words they read ours.",
    ),
    "ask.move": ("Flyt {who} til", "Move {who} to"),
    "ask.move_to": ("Flyt {who} til {to}?", "Move {who} to {to}?"),
    "ask.move.help": (
        "Borgeren får besked, kommer igen med det samme link og beholder sin plads.",
        "The citizen is told, comes again by the same link, and keeps the place.",
    ),
    "move.none": ("Ingen kollega i enheden kan tage den", "No colleague of the unit can take it"),
    "move.open": ("i lokalet", "in the room"),
    "move.shut": ("ikke i lokalet", "not in the room"),
    "move.keys": (
        "{keys[choose]} vælger · {keys[back]} fortryder",
        "{keys[choose]} chooses · {keys[back]} cancels",
    ),
    "ask.end": ("Luk mødet for alle: {who}", "Close the meeting for all: {who}"),
    "ask.end.help": (
        "Alle sendes ud, også medarbejderen. De, der venter, bliver. Skriv, hvad borgeren skal læse.",
        "Everybody is sent out, staff too. Those who wait stay. Write what the citizen is to read.",
    ),
    "ask.stop_recording": ("Stop optagelsen af besøget med {who}?", "Stop the recording of the visit with {who}?"),
    "ask.stop_recording.help": (
        "Besøget fortsætter. Det, der er optaget, kommer i sagen.",
        "The visit goes on. What was recorded is filed in the case.",
    ),
    "ask.write_unit": (
        "Skriv til {n:den|hver af de} {n}, der venter i {unit}",
        "Write to {n:the|each of the} {n} waiting in {unit}",
    ),
    # keys
    "key.next": ("Næste", "Next"),
    "tip.next": ("Luk den næste i køen ind", "Let in whoever is next in line"),
    "key.put_back": ("Send tilbage", "Put back"),
    "tip.put_back": ("Send besøget tilbage for at vente", "Send the visit's people back to wait"),
    "key.move": ("Flyt", "Move"),
    "tip.move": ("Giv den valgte person til en kollega", "Give the chosen person to a colleague"),
    "key.end": ("Luk for alle", "End for all"),
    "tip.end": ("Luk mødet: alle ud, også medarbejderen", "Close the meeting: everybody out, staff too"),
    "key.stop_recording": ("Stop optagelse", "Stop recording"),
    "tip.stop_recording": ("Stop optagelsen i det valgte lokale", "Stop the recording in the chosen room"),
    "key.write_unit": ("Skriv til enheden", "Write to unit"),
    "tip.write_unit": ("Skriv til hver, der venter i enheden", "Write to each who waits in the unit"),
    # how somebody who waits came
    "col.proof_age": ("Login", "Login"),
    "col.device": ("Kamera", "Camera"),
    "col.passed_over": ("Forbi", "Passed"),
    "device.good": ("virker", "works"),
    "device.no_camera": ("intet kamera", "no camera"),
    "device.no_microphone": ("ingen lyd", "no sound"),
    "device.blocked": ("spærret", "blocked"),
    "device.unsupported": ("kan ikke", "cannot"),
    "device.skipped": ("ikke prøvet", "not tried"),
    "why.device": ("Kamera og lyd: {found}", "Camera and sound: {found}"),
    "why.proved": ("Login kl. {at} ({age} siden)", "Logged in at {at} ({age} ago)"),
    "why.passed_over": (
        "{n} er kommet ind før, selv om de kom senere",
        "{n} {n:was|were} let in before who came later",
    ),
}
