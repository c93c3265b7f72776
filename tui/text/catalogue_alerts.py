"""The texts of the catalogue that are about alerts, and about the note to the next shift."""

from typing import Final

ALERTS: Final[dict[str, tuple[str, str]]] = {
    # top line and headings
    "top.unseen": ("{n} {n:alarm|alarmer} er ikke set", "{n} {n:alert|alerts} not seen yet"),
    "top.seen": ("alle alarmer er set", "every alert is acknowledged"),
    "top.mine": ("{n} er {n:din|dine}", "{n} {n:is|are} yours"),
    "alerts.title": ("Alarmer", "Alerts"),
    "alerts.empty": ("Ingen alarmer", "No alerts"),
    "alerts.no_match": (
        "Ingen passer til filteret ({keys[back]} fjerner det)",
        "None matches ({keys[back]} clears the filter)",
    ),
    "alerts.hint": (
        "ord · !ord fra · enhed:syd medarbejder:mette tilstand:ventet ejer:anna siden>15m",
        "words · !word out · unit:syd staff:mette state:waited owner:anna age>15m",
    ),
    "alerts.calm": ("Alle alarmer er set.", "Every alert is acknowledged."),
    "alerts.one": ("Alarmen", "The alert"),
    "alerts.choose": ("Vælg en alarm", "Choose an alert"),
    # columns
    "col.kind": ("Hvad", "What"),
    "col.about": ("Hvem", "Whom"),
    "col.owner": ("Ejer", "Owner"),
    "col.seen": ("Set af", "Seen by"),
    "col.rule": ("Regel", "Rule"),
    # kinds
    "alert.stuck_turnover": ("Sidder fast", "Room stuck"),
    "alert.frozen": ("Uden personale", "No staff"),
    "alert.lost_call": ("Opkald mistet", "Call lost"),
    "alert.stuck_recording": ("Optagelse", "Recording"),
    "alert.judge": ("Skal vurderes", "To be judged"),
    "alert.long_wait": ("Ventet længe", "Waited long"),
    "alert.not_reached": ("Ikke fremme", "Not reached"),
    "alert.whose": ("{what}: {where}", "{what}: {where}"),
    # explained
    "alert.at": ("Hos", "At"),
    "alert.lasted": ("Har varet", "Lasted"),
    "alert.of": ("{age}, grænsen er {limit}", "{age}, the limit is {limit}"),
    "alert.people": ("Personer", "People"),
    "alert.attempts": ("Forsøg", "Attempts"),
    "alert.owner": ("Ejer", "Owner"),
    "alert.seen": ("Set af", "Seen by"),
    "alert.unseen": ("ingen", "nobody"),
    "alert.there": ("Med {keys[go_there]}", "With {keys[go_there]}"),
    "alert.there.stuck_turnover": (
        "se lokalet; afslut besøget igen ({keys[finish]}), skriv til dem, der venter ({keys[write_all]})",
        "see the room; finish the visit again ({keys[finish]}), write to those who wait ({keys[write_all]})",
    ),
    "alert.there.frozen": (
        "se lokalet; afslut besøget ({keys[finish]}), ring til medarbejderen",
        "see the room; finish the visit ({keys[finish]}), ring the member of staff",
    ),
    "alert.there.lost_call": (
        "se opkaldet; send linket igen ({keys[send_link]}), lov at ringe tilbage ({keys[promise]}), "
        "ringet op ({keys[taken]})",
        "see the call; send the link again ({keys[send_link]}), promise to ring back ({keys[promise]}), "
        "rung back ({keys[taken]})",
    ),
    "alert.there.stuck_recording": (
        "se optagelsen; prøv igen ({keys[retry]}), angiv, hvem den hører til ({keys[assign]}), "
        "kassér ({keys[discard]}), bevar ({keys[hold]})",
        "see the recording; try again ({keys[retry]}), say whose it is ({keys[assign]}), "
        "discard ({keys[discard]}), hold ({keys[hold]})",
    ),
    "alert.there.judge": (
        "se personen; vis navnet med grund ({keys[reveal]}), luk ind ({keys[let_in]}), "
        "afvis ({keys[turn_away]}), skriv ({keys[write]})",
        "see the person; the name for a reason ({keys[reveal]}), let in ({keys[let_in]}), "
        "refuse ({keys[turn_away]}), write ({keys[write]})",
    ),
    "alert.there.long_wait": (
        "se personen; luk ind ({keys[let_in]}), skriv ({keys[write]}), afvis ({keys[turn_away]})",
        "see the person; let in ({keys[let_in]}), write ({keys[write]}), refuse ({keys[turn_away]})",
    ),
    "alert.there.not_reached": (
        "se invitationen; ring til borgeren, eller send et nyt link ({keys[send_link]})",
        "see the invitation; call the citizen, or send a fresh link ({keys[send_link]})",
    ),
    # what may be done
    "may.alert_acknowledge": (
        "sige, at du har set den ({keys[acknowledge]})",
        "say that you have seen it ({keys[acknowledge]})",
    ),
    "may.alert_take": ("tage den ({keys[mine]})", "take it ({keys[mine]})"),
    "may.alert_give_back": ("give den fra dig ({keys[mine]})", "give it back ({keys[mine]})"),
    "may.alert_owned": ("intet: {who} har taget den", "do nothing: {who} has taken it"),
    # acts
    "act.alert_acknowledge": ("Set: {who}", "Seen: {who}"),
    "act.alert_take": ("Tag {who}", "Take {who}"),
    "act.alert_give_back": ("Giv fra dig: {who}", "Give back {who}"),
    # the note to the next shift
    "shift_note.title": ("Besked fra vagten før", "Note from the shift before"),
    "shift_note.head": ("Til næste vagt, {unit} ({by}, {at}):", "To the next shift, {unit} ({by}, {at}):"),
    "shift_note.more": ("  + {n} {n:anden enhed|andre enheder}", "  + {n} other {n:unit|units}"),
    "shift_note.none": ("Der er ingen besked endnu", "There is no note yet"),
    "act.shift_note": ("Besked til næste vagt ({who})", "Note to the next shift ({who})"),
    "ask.shift_note": ("Besked til næste vagt, {unit}", "Note to the next shift, {unit}"),
    "ask.shift_note.help": (
        "Kort, uden navne og numre på borgere. Alle ledere af enheden ser den i fire dage. Tom: den fjernes.",
        "Short, without names or numbers of citizens. Supervisors of the unit see it for four days. Empty: it goes.",
    ),
    "unit.choose": ("Hvilken enhed?", "Which unit?"),
    "unit.keys": ("{keys[choose]}: vælg · {keys[back]}: fortryd", "{keys[choose]}: choose · {keys[back]}: leave it"),
    # keys
    "help.group.alerts": ("Alarmer", "Alerts"),
    "key.acknowledge": ("Set", "Seen"),
    "tip.acknowledge": ("Sig, at du så den; den ringer ikke mere", "Say that you saw it; it rings no more"),
    "key.mine": ("Tag/giv", "Take/give"),
    "tip.mine": ("Tag alarmen, eller giv den fra dig", "Take the alert, or give it back"),
    "key.go_there": ("Gå til", "Go there"),
    "tip.go_there": ("Gå til rækken på dens egen skærm", "Go to its row on its own screen"),
    "key.shift_note": ("Næste vagt", "Next shift"),
    "tip.shift_note": ("Læs og skriv beskeden til næste vagt", "Read and write the next shift's note"),
    "key.alerts": ("Alarmer", "Alerts"),
    "tip.alerts": ("Se, hvad der kræver en person", "Look at what needs a person"),
    # reasons
    "reason.alert_over": ("alarmen er ovre", "the alert is over"),
    "reason.alert_owned": ("en anden har den", "somebody else has it"),
    "reason.alert_yours": ("den er din", "it is yours"),
    "reason.alert_not_yours": ("ingen har den", "nobody has it"),
    "reason.alert_seen": ("den er set", "it was seen"),
    "reason.cpr_in_text": ("CPR-nummer i teksten", "CPR number in the text"),
}
