"""Texts about choosing columns and keys, following somebody, and the file that keeps it; Danish and English."""

from typing import Final

FINDING: Final[dict[str, tuple[str, str]]] = {
    "col.column": ("Kolonne", "Column"),
    "column.alert": ("behov", "need"),
    "column.decision": ("afgørelse", "decision"),
    "columns.title": ("Kolonner", "Columns"),
    "columns.sorts": ("sorterer {way}", "orders the list {way}"),
    "columns.always": ("vises altid", "always shown"),
    "columns.keys": (
        "{keys[show_hide]} viser/skjuler · {keys[move_left]} {keys[move_right]} flytter · {keys[sort]} sorterer · "
        "{keys[standard]}: standard · {keys[choose]} gemmer · {keys[back]} fortryder",
        "{keys[show_hide]} shows/hides · {keys[move_left]} {keys[move_right]} moves · {keys[sort]} sorts · "
        "{keys[standard]}: standard · {keys[choose]} keeps it · {keys[back]} cancels",
    ),
    "key.columns": ("Kolonner", "Columns"),
    "tip.columns": ("Vælg kolonner og deres rækkefølge", "Choose columns and their order"),
    "key.show_hide": ("Vis/skjul", "Show/hide"),
    "tip.show_hide": ("Vis kolonnen, eller skjul den", "Show the column, or hide it"),
    "key.move_left": ("Mod venstre", "To the left"),
    "tip.move_left": ("Flyt kolonnen mod venstre", "Move the column to the left"),
    "key.move_right": ("Mod højre", "To the right"),
    "tip.move_right": ("Flyt kolonnen mod højre", "Move the column to the right"),
    "key.standard": ("Standard", "Standard"),
    "tip.standard": ("Kolonner og sortering, som de kommer", "Columns and order as they come"),
    # going to and following
    "filter.unit": ("enhed", "unit"),
    "palette.unit": ("Enhed: {unit} (filter)", "Unit: {unit} (filter)"),
    "palette.waiting": ("Venter: {who} hos {staff}", "Waiting: {who} for {staff}"),
    "palette.recording": ("Optagelse: {who}, {stage}, {staff}", "Recording: {who}, {stage}, {staff}"),
    "palette.call": ("Opkald: {who}, {stage}, {staff}", "Call: {who}, {stage}, {staff}"),
    "palette.invitation": ("Invitation: {who}, {at}, {step}", "Invitation: {who}, {at}, {step}"),
    "find.gone": ("Rækken er der ikke mere.", "That row is no longer there."),
    "key.follow": ("Følg", "Follow"),
    "tip.follow": ("Følg den valgte på alle skærme, eller slip", "Follow the chosen one on every screen, or let go"),
    "follow.nobody": ("Der er ingen valgt at følge.", "There is nobody chosen to follow."),
    "follow.gone": ("Den, du fulgte, er her ikke mere.", "The one you followed is no longer here."),
    "follow.waiting": (
        "{who} venter hos {staff}, nr. {n}, {age}",
        "{who} waits for {staff}, no. {n}, {age}",
    ),
    "follow.between": ("på vej mellem kø og lokale hos {staff}", "between queue and room at {staff}"),
    "follow.inside": ("{who} er inde hos {staff}, {age}", "{who} is inside at {staff}, {age}"),
    "follow.recorded": ("optages", "being recorded"),
    "follow.room": ("lokale {staff}: {phase}, {n} venter", "room {staff}: {phase}, {n} waiting"),
    "follow.recording": ("optagelse: {stage}, siden {at}", "recording: {stage}, since {at}"),
    "follow.call": ("opkald {who}: {stage}, siden {at}", "call {who}: {stage}, since {at}"),
    "follow.invitation": ("invitation {who}: {step}", "invitation {who}: {step}"),
    "age.hours": ("{n} t", "{n} h"),
    # the file that keeps it
    "file.unreadable": (
        "{path} kan ikke læses som indstillinger og bruges ikke.",
        "{path} cannot be read as settings and is not used.",
    ),
    "file.unknown": ("Ukendt i indstillingerne: {name}", "Unknown in the settings: {name}"),
    "file.language": (
        "language i indstillingerne skal være da eller en.",
        "language in the settings must be da or en.",
    ),
    "file.keys": ('[keys] i indstillingerne skal være navn = "tast".', '[keys] in the settings must be name = "key".'),
    "file.screens": (
        "[screens] i indstillingerne kan ikke læses; listerne er, som de kommer.",
        "[screens] in the settings cannot be read; the lists are as they come.",
    ),
    "keys.unknown": ("[keys]: ingen tast hedder {name}.", "[keys]: no key is called {name}."),
    "keys.no_key": ("[keys]: {name} = {key} er ingen tast.", "[keys]: {name} = {key} is no key."),
    "keys.quit": (
        "[keys]: {key} skal blive ved med at lukke konsollen.",
        "[keys]: {key} must go on closing the console.",
    ),
    "keys.twice": (
        "[keys]: {key} ville betyde både {one} og {other} på samme skærm.",
        "[keys]: {key} would mean both {one} and {other} on one screen.",
    ),
    "keys.refused": (
        "Ingen af tasterne i indstillingerne bruges, før det er rettet.",
        "None of the keys in the settings is used until that is put right.",
    ),
    "file.not_kept": ("Valget gælder nu, men kunne ikke gemmes i {path}", "Chosen for now, but not kept: {path}"),
}
