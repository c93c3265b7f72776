"""What each act of the audit is called, Danish and English: short enough for a column."""

from collections.abc import Mapping
from typing import Final

from xmpp_agent.model.audit_trail import UNREADABLE

ACTS: Final[Mapping[str, tuple[str, str]]] = {
    # at the door
    "authenticate": ("Log på Jitsi", "Signed in to Jitsi"),
    "conference": ("Møde begynder", "Meeting begins"),
    "create": ("Lokale åbnes", "Room opened"),
    "join": ("Gå ind", "Come in"),
    "joined": ("Kom ind", "Came in"),
    "left": ("Gik", "Left"),
    "knock": ("Bank på", "Knock"),
    "left-lobby": ("Gik fra venteværelset", "Left the lobby"),
    "admit": ("Luk ind (Jitsi)", "Let in (Jitsi)"),
    "grant": ("Ret rettigheder", "Change of rights"),
    "configure": ("Ret lokale", "Change of room"),
    "let-in": ("Luk ind", "Let in"),
    "turn-away": ("Afvis", "Refuse"),
    "write": ("Skriv til ventende", "Write to waiting"),
    "put-back": ("Send tilbage", "Put back"),
    "put-out": ("Sat ud", "Put out"),
    "companion-out": ("Ledsager ud", "Companion out"),
    "companion-in": ("Ledsager med", "Companion added"),
    "passed-over": ("Sprunget over", "Passed over"),
    "place-kept": ("Plads holdes", "Place kept"),
    "place-given-up": ("Plads opgivet", "Place given up"),
    "place-expired": ("Plads udløbet", "Place expired"),
    "finish": ("Afslut besøg", "Finish visit"),
    "end-for-all": ("Luk mødet for alle", "End for all"),
    "turnover": ("Klargøring", "Turnover"),
    "end-unattended": ("Afsluttet uden personale", "Ended without staff"),
    "room-gone": ("Lokale lukket", "Room closed"),
    "came-inside": ("Er inde", "Is inside"),
    "attended": ("Fremmødt", "Attended"),
    # the citizen's page
    "link-opened": ("Link åbnet", "Link opened"),
    "link-made": ("Link lavet", "Link made"),
    "device-test": ("Prøve af udstyr", "Device test"),
    "login": ("Log på med MitID", "MitID login"),
    "of-age": ("Alder bekræftet", "Age stated"),
    "in-line": ("I kø", "In line"),
    "went-in": ("Gik videre til Jitsi", "Went on to Jitsi"),
    "caller": ("Opkald åbnet", "Caller's link"),
    "pass": ("Adgangskort", "Pass made"),
    # staff's day
    "room": ("Lokale oprettet", "Room made"),
    "cover": ("Lokale lånt ud", "Room lent"),
    "hand-over": ("Overdraget", "Handed over"),
    "call-next": ("Kald den næste", "Call the next"),
    "look": ("Så på aftale", "Looked at"),
    "staff-act": ("Handling afvist", "Act refused"),
    "note": ("Notat", "Note"),
    "note-due": ("Notat mangler", "Note due"),
    "note-sending": ("Notat sendes", "Note being filed"),
    "case-closes": ("Sag skal lukkes", "Case to be closed"),
    "case-stays-open": ("Sag forbliver åben", "Case stays open"),
    "case-closed": ("Sag lukket", "Case closed"),
    "case-not-closed": ("Sag ikke lukket", "Case not closed"),
    "case-waits": ("Sag venter", "Case waits"),
    "hours": ("Åbningstid", "Opening hours"),
    "open": ("Enhed åbnet", "Unit opened"),
    "close": ("Enhed lukket", "Unit closed"),
    "staff-login": ("Personale log på", "Staff login"),
    "staff-logout": ("Personale log af", "Staff logout"),
    "staff-checked": ("Personale bekræftet", "Staff confirmed"),
    "staff-enrol": ("Ny medarbejder", "New colleague"),
    "staff-sign-out": ("Personale logget af", "Staff signed out"),
    # booking and letters
    "book": ("Book", "Book"),
    "change": ("Ret aftale", "Change booking"),
    "move": ("Flyt aftale", "Move booking"),
    "cancel": ("Aflys", "Cancel"),
    "read": ("Læst af system", "Read by a system"),
    "list": ("Liste til system", "List for a system"),
    "revoke": ("Adgangskort trukket", "Pass revoked"),
    "fresh-link": ("Nyt link", "Fresh link"),
    "letter-opened": ("Brev åbnet", "Letter opened"),
    "letter-called": ("Ringet op i stedet", "Called instead"),
    "letter-sending": ("Brev sendes", "Letter being sent"),
    "letter-dropped": ("Brev opgivet", "Letter dropped"),
    "letter-in-doubt": ("Brev i tvivl", "Letter in doubt"),
    # hotline
    "hotline": ("Hotline: link sendt", "Hotline: link sent"),
    "hotline-again": ("Hotline: igen", "Hotline: again"),
    "hotline-over": ("Hotline: slut", "Hotline: over"),
    "call-back-promised": ("Ringes tilbage", "Call-back promised"),
    # recordings
    "record-start": ("Optag", "Record"),
    "record-stop": ("Stop optagelse", "Stop recording"),
    "recording-requested": ("Spurgt om optagelse", "Asked to record"),
    # supervisors
    "console": ("Handling i konsol", "Console act"),
    "console-login": ("Log på konsol", "Console sign-in"),
    "alert-acknowledge": ("Alarm set", "Alert seen"),
    "alert-take": ("Alarm taget", "Alert taken"),
    "alert-give-back": ("Alarm givet fri", "Alert given back"),
    "shift-note": ("Besked til næste vagt", "Note to the next shift"),
    "reveal": ("Navn vist", "Name revealed"),
    "audit-look": ("Opslag i loggen", "Audit looked up"),
    "audit-take": ("Log gemt som fil", "Audit taken away"),
    "list-take": ("Liste gemt som fil", "List taken away"),
    UNREADABLE: ("Ulæselig linje", "Unreadable line"),
    # personal data, settings
    "person-find": ("Person fundet", "Person found"),
    "person-export": ("Indsigt", "Access request"),
    "person-looks": ("Adgangslog læst", "Access log read"),
    "person-erase": ("Person slettet", "Person erased"),
    "erase": ("Slet person", "Erase person"),
    "retention": ("Sletning", "Retention"),
    "retention-erase": ("Slettet", "Erased"),
    "policy-load": ("Opsætning indlæst", "Set-up loaded"),
    "api-key-add": ("Systemnøgle lavet", "System key made"),
}  # fmt: skip
_FAMILIES: Final[Mapping[str, tuple[str, str]]] = {
    "recording": ("Optagelse", "Recording"),
    "consent": ("Samtykke", "Consent"),
    "no-show": ("Udeblivelse", "No-show"),
    "letter": ("Brev", "Letter"),
    "note": ("Notat", "Note"),
    "case": ("Sag", "Case"),
    "call": ("Opkald", "Call"),
    "hook": ("Besked til system", "System told"),
    "keys": ("Nøgler", "Keys"),
    "console": ("Handling i konsol", "Console act"),
    "api-key": ("Systemnøgle", "System key"),
}


def act_words(act: str) -> tuple[str, str]:
    """Of any act, also one of another version: its own words, else its family's with the rest of the code."""
    if act in ACTS:
        return ACTS[act]
    for family, (danish, english) in _FAMILIES.items():
        if act.startswith(f"{family}-"):
            rest = act.removeprefix(f"{family}-").replace("_", " ").replace("-", " ")
            return f"{danish}: {rest}", f"{english}: {rest}"
    plain = act.replace("-", " ")
    return plain, plain
