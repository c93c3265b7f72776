"""Texts about looking at how it was, and about taking a list along; Danish and English."""

from typing import Final

PAST: Final[dict[str, tuple[str, str]]] = {
    "state.past": ("FØR · {n} {n:ændring|ændringer} siden", "THEN · {n} {n:change|changes} since"),
    "past.no_picture": ("Så langt tilbage er intet gemt", "Nothing is kept from that far back"),
    "past.bad_time": ("Skriv et klokkeslæt som 10:42", "Write a time like 10:42"),
    "past.ask": ("Se, som det var kl.", "See it as it was at"),
    "past.kept": ("Gemt fra kl. {at}", "Kept since {at}"),
    "past.help": (
        "Intet kan gøres, mens du ser tilbage. {keys[back]} eller {keys[freeze]}: nu igen.",
        "Nothing can be done while you look back. {keys[back]} or {keys[freeze]}: the present again.",
    ),
    "key.freeze": ("Frys", "Freeze"),
    "tip.freeze": ("Lad billedet stå, eller vend tilbage til nu", "Let the picture stand, or return to the present"),
    "key.earlier": ("Før", "Earlier"),
    "tip.earlier": ("Et minut tilbage", "A minute back"),
    "key.later": ("Senere", "Later"),
    "tip.later": ("Et minut frem, til sidst til nu", "A minute on, in the end to the present"),
    "key.moment": ("Kl.", "At"),
    "tip.moment": ("Se, som det var på et klokkeslæt", "See it as it was at a time of day"),
    "key.export": ("Gem CSV", "Save CSV"),
    "tip.export": (
        "Listen, som du ser den, i en fil i din hjemmemappe; navne er maskeret",
        "The list as you see it in a file in your home folder; names are masked",
    ),
    "export.done": ("{n} {n:række|rækker} gemt i {path}", "{n} {n:row|rows} saved in {path}"),
    "export.failed": ("Filen kunne ikke skrives: {path}", "The file could not be written: {path}"),
    "help.group.time": ("Tiden", "Time"),
}
