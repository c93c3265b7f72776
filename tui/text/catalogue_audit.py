"""The texts of the catalogue that are about the audit."""

from typing import Final

AUDIT: Final[dict[str, tuple[str, str]]] = {
    # top line and headings
    "top.audit": ("{n} {n:linje|linjer}", "{n} {n:line|lines}"),
    "top.audit_no": ("{n} afvist", "{n} refused"),
    "top.audit_calm": ("intet afvist", "nothing refused"),
    "top.looked_up": ("SLÅET OP {at}, IKKE LIVE", "LOOKED UP {at}, NOT LIVE"),
    "audit.title": ("Log", "Audit"),
    "audit.skipped": ("{n} gik for hurtigt (slå op)", "{n} went too fast (look up)"),
    "audit.looked_up": ("SLÅET OP {at}: {what}", "LOOKED UP {at}: {what}"),
    "audit.more": ("+ henter ældre", "+ reads older ones"),
    "audit.not_all": ("nogle linjer kan endnu ikke findes", "some lines cannot be found yet"),
    "audit.live_again": ("{keys[back]}: live", "{keys[back]}: live"),
    "audit.empty": ("Ingen linjer endnu", "No lines yet"),
    "audit.no_match": (
        "Ingen linje passer til filteret ({keys[back]} fjerner det)",
        "None matches ({keys[back]} clears the filter)",
    ),
    "audit.none_found": (
        "Intet fundet i dine enheder ({keys[back]}: live)",
        "Nothing found in your units ({keys[back]}: live)",
    ),
    "audit.hint": (
        "ord · !ord fra · enhed:syd medarbejder:mette borger:a slags:bank verdict:refuse siden<5m",
        "words · !word out · unit:syd staff:mette citizen:a kind:knock verdict:refuse age<5m",
    ),
    "audit.calm": ("Ingen linje er en afvisning.", "No line is a refusal."),
    "audit.one": ("Linjen", "The line"),
    "audit.choose": ("Vælg en linje", "Choose a line"),
    "audit.everything": ("alt", "everything"),
    "col.whom": ("Om hvem", "Whom"),
    "col.by": ("Af hvem", "By"),
    # one line
    "audit.nobody": ("ingen", "nobody"),
    "audit.self": ("selv", "self"),
    "audit.themselves": ("personen selv", "they themselves"),
    "audit.no_unit": ("ingen enhed", "no unit"),
    "audit.line": ("Nr. i kæden", "No. in chain"),
    "audit.rules": (
        "{n} {n:regel|regler} sagde noget ({keys[choose]} viser dem)",
        "{n} {n:rule|rules} spoke ({keys[choose]} shows them)",
    ),
    "audit.no_rules": ("Ingen regel sagde noget.", "No rule spoke."),
    "audit.rules_said": ("Reglerne sagde:", "The rules said:"),
    "audit.rules_silent": ("Alle andre regler havde intet at indvende.", "Every other rule had nothing against it."),
    "audit.subject": ("Om (id)", "About (id)"),
    "audit.actor": ("Af (id)", "By (id)"),
    "audit.note": ("Bemærkning", "Note"),
    "audit.hash": ("Hash", "Hash"),
    # looking up
    "audit.ask": ("Slå op i loggen", "Look through the audit"),
    "audit.ask.where": (
        "slags:afvis medarbejder:mette fra:08:00 til:26.11-12:30 aftale:id · og ord, fx: for tidligt",
        "kind:refuse staff:mette from:08:00 to:26.11-12:30 appointment:id · and words, e.g.: too early",
    ),
    "audit.ask.help": (
        "Kun dine enheders linjer. Søger du efter én person, spørges der hvorfor.",
        "Lines of your units only. When you look for one person you are asked why.",
    ),
    "audit.of_person": ("alt om {who}", "everything about {who}"),
    "audit.of_room": ("lokalet fra {at} ({unit})", "the room of {at} ({unit})"),
    "audit.why": ("Hvorfor ser du efter: {what}?", "Why do you look for: {what}?"),
    "audit.why.help": (
        "Opslaget og dit navn føres i loggen først. Borgeren kan få begrundelsen at se.",
        "The search and your name go on record first. The citizen may ask to see the reason.",
    ),
    "audit.bad_time": ("Ikke et tidspunkt: {text}", "Not a time: {text}"),
    "audit.unanswered": ("Agenten svarede ikke; intet er slået op.", "The agent did not answer; nothing was found."),
    # taking away
    "audit.take": ("Gem i en fil: {what}", "Save as a file: {what}"),
    "audit.take.where": (
        "Alle linjer i dine enheder, med id'er, koder og hash; ingen navne, CPR- eller telefonnumre.",
        "Every line in your units, with ids, codes and hashes; no names, CPR or telephone numbers.",
    ),
    "audit.take.help": (
        "Skriv hvorfor. Det føres i loggen først; ellers skrives ingen fil.",
        "Say why. That goes on record first; without it no file is written.",
    ),
    "audit.taken": ("{n} {n:linje|linjer} gemt i {path}", "{n} {n:line|lines} saved in {path}"),
    "audit.not_taken": (
        "Agenten svarede ikke; ingen fil er skrevet. Udtrækket kan stå i loggen.",
        "The agent did not answer; no file was written. The export may be on record.",
    ),
    "export.no_record": (
        "Det kan ikke føres i loggen lige nu; ingen fil er skrevet.",
        "It cannot be put on record just now; no file was written.",
    ),
    "export.not_on_record": (
        "Agenten svarede ikke; ingen fil er skrevet.",
        "The agent did not answer; no file was written.",
    ),
    "audit.file.what": (
        "Linjer fra Portners log: hvem (id) gjorde hvad hvornår, hvad hver regel svarede og hvorfor. Id'er fører kun "
        "til personer gennem Portners database. Ingen navne, CPR-numre, telefonnumre eller adresser.",
        "Lines of Portner's audit: who (id) did what and when, what each rule said and why. Ids lead to people only "
        "through Portner's database. No names, CPR numbers, telephone numbers or addresses.",
    ),
    "audit.file.hash": (
        "hash = SHA-256 (hex) af prev, shard, seq og line med linjeskift imellem, i UTF-8; prev er hash af linjen før "
        "i kæden. `portner audit check FIL` efterprøver filen.",
        "hash = SHA-256 (hex) of prev, shard, seq and line with a newline between, in UTF-8; prev is the hash of the "
        "line before in the chain. `portner audit check FILE` verifies the file.",
    ),
    # keys
    "help.group.audit": ("Loggen", "The audit"),
    "key.audit": ("Log", "Audit"),
    "tip.audit": ("Se, hvad der er ført i loggen", "Look at what is on record"),
    "key.audit_search": ("Slå op", "Look up"),
    "tip.audit_search": ("Søg i alt, der er ført", "Search everything on record"),
    "key.audit_person": ("Personen", "Person"),
    "tip.audit_person": ("Alt om linjens borger; begrundelsen gemmes", "All about the line's citizen; with a reason"),
    "key.audit_room": ("Lokalet", "Room"),
    "tip.audit_room": ("Alt om linjens lokale", "All about the line's room"),
    "key.audit_more": ("Ældre", "Older"),
    "tip.audit_more": ("Hent ældre linjer af opslaget", "Read older lines of what was looked up"),
    "key.audit_take": ("Gem", "Save"),
    "tip.audit_take": ("Gem alt om linjens borger i en fil", "Save all about the line's citizen as a file"),
    "key.audit_take_room": ("Gem lokale", "Save room"),
    "tip.audit_take_room": ("Gem alt om linjens lokale i en fil", "Save all about the line's room as a file"),
    # reasons
    "reason.reason_needed": ("begrundelse mangler", "no reason given"),
    "reason.too_many_lines": ("for mange linjer", "too many lines"),
    "reason.unreadable_line": ("ulæselig, tid ukendt", "unreadable, time unknown"),
    # rules
    "rule.audit_look": ("Opslag i loggen", "Looking through the audit"),
    "rule.audit_take": ("Udtræk af loggen", "Taking lines away"),
    "rule.audit": ("Loggen kan føres", "The audit can be written"),
    "rule.staff_act": ("Personale i lokalet", "Staff of the room"),
    "rule.supervisor_act": ("Leder af enheden", "Supervisor of the unit"),
    "rule.withdraw_act": ("Leder af enheden", "Supervisor of the unit"),
    "rule.reveal": ("Navn med begrundelse", "Name with a reason"),
}  # fmt: skip
