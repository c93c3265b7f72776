"""Texts of the line mode, Danish and English."""

from typing import Final

PLAIN: Final[dict[str, tuple[str, str]]] = {
    "plain.head": (
        "{at} {state}. {rooms} {rooms:åbent lokale|åbne lokaler}, {visits} besøg, {waiting} venter{longest}. {needs}",
        "{at} {state}. {rooms} open {rooms:room|rooms}, {visits} {visits:visit|visits}, {waiting} waiting{longest}. "
        "{needs}",
    ),
    "plain.none": ("{state}. Intet billede endnu.", "{state}. No picture yet."),
    "plain.longest": (", længst {age}", ", longest {age}"),
    "plain.needs": ("Kræver nogen: {n}.", "Needs somebody: {n}."),
    "plain.calm": ("Intet kræver nogen.", "Nothing needs anybody."),
    "plain.room": ("{staff} ({unit}): {phase}", "{staff} ({unit}): {phase}"),
    "plain.citizen": (", {who}, {age}", ", {who}, {age}"),
    "plain.recording": (", optages", ", being recorded"),
    "plain.waiting": (", {n} venter", ", {n} waiting"),
    "plain.person": (
        "  {n}. {who}, {proof}, ventet {age}: {verdict}, {reason}",
        "  {n}. {who}, {proof}, waited {age}: {verdict}, {reason}",
    ),
    "plain.in_line": (
        "{who} hos {staff} ({unit}), nr. {n}, {proof}, ventet {age}{appointment}: {verdict}, {reason}",
        "{who} for {staff} ({unit}), no. {n}, {proof}, waited {age}{appointment}: {verdict}, {reason}",
    ),
    "plain.appointment": (", aftale {at}", ", appointment {at}"),
    "plain.nobody": ("Ingen venter.", "Nobody is waiting."),
    "plain.raised": ("KRÆVER NOGEN: {where}: {what}", "NEEDS SOMEBODY: {where}: {what}"),
    "plain.over": ("I ORDEN IGEN: {where}: {what}", "IN ORDER AGAIN: {where}: {what}"),
    "plain.seen": ("SET: {where}: {what} (set af {who} {at})", "SEEN: {where}: {what} (seen by {who} {at})"),
    "plain.owned": (", {who} har den", ", {who} has it"),
    "plain.wrote": (
        "{who} skrev til {staff}. Læs det i konsollen.",
        "{who} wrote to {staff}. Read it in the console.",
    ),
    "alarm.stuck_turnover": (
        "lokalet kunne ikke klargøres, {people} venter",
        "the room could not be cleared, {people} waiting",
    ),
    "alarm.frozen": ("uden personale i {age}", "without staff for {age}"),
    "alarm.stuck_recording": ("optagelse sidder fast i {age}", "recording stuck for {age}"),
    "alarm.lost_call": ("en hotlinesamtale er afbrudt i {age}", "a hotline call is lost for {age}"),
    "alarm.not_reached": ("en invitation nåede ikke frem", "an invitation did not arrive"),
    "alarm.judge": ("{who} skal vurderes, ventet {age}", "{who} to be judged, waited {age}"),
    "alarm.long_wait": ("{who} har ventet {age}", "{who} waited {age}"),
    "over.stuck_turnover": ("lokalet sidder ikke fast mere", "the room is not stuck any more"),
    "over.frozen": ("ingen er alene i lokalet", "nobody is alone in the room"),
    "over.stuck_recording": ("optagelsen sidder ikke fast mere", "the recording is not stuck any more"),
    "over.lost_call": ("hotlinesamtalen er ikke afbrudt mere", "the hotline call is not lost any more"),
    "over.not_reached": ("invitationen er klaret", "the invitation is seen to"),
    "over.judge": ("skal ikke vurderes mere", "no longer to be judged"),
    "over.long_wait": ("venter ikke længe mere", "no longer a long wait"),
}
