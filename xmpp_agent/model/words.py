"""One sentence for each reason code, in Danish and English: what happened, and what the person can do."""

from xmpp_agent.model.verdicts import Reason

WORDS: dict[Reason, tuple[str, str]] = {
    Reason.ALLOWED: ("Døren er åben.", "The door is open."),
    Reason.NOBODY_SAID_OPEN: ("Du har ikke adgang her.", "You have no access here."),
    Reason.AUDIT_UNAVAILABLE: (
        "Vi kan ikke lukke nogen ind lige nu. Prøv igen om lidt, eller ring til os.",
        "We cannot let anyone in right now. Try again shortly, or call us.",
    ),
    Reason.TOO_LATE: ("Svaret kom for sent. Prøv igen.", "The answer came too late. Try again."),
    Reason.BAD_REQUEST: ("Anmodningen kunne ikke læses.", "The request could not be read."),
    Reason.NO_PASS: (
        "Åbn dit link fra indkaldelsen for at komme ind.",
        "Open the link in your invitation to come in.",
    ),
    Reason.PASS_BROKEN: (
        "Adgangskortet kan ikke læses. Åbn dit link igen.",
        "Your pass cannot be read. Open your link again.",
    ),
    Reason.PASS_EXPIRED: (
        "Adgangskortet er udløbet. Åbn dit link igen.",
        "Your pass has expired. Open your link again.",
    ),
    Reason.PASS_NOT_YET: (
        "Adgangskortet gælder ikke endnu. Åbn dit link igen, når det er tid.",
        "Your pass is not valid yet. Open your link again when it is time.",
    ),
    Reason.PASS_STALE: (
        "Adgangskortet blev ikke brugt i tide. Åbn dit link igen.",
        "Your pass was not used in time. Open your link again.",
    ),
    Reason.PASS_REVOKED: (
        "Adgangskortet er trukket tilbage. Kontakt den, der har inviteret dig.",
        "Your pass has been withdrawn. Contact whoever invited you.",
    ),
    Reason.PASS_SUPERSEDED: (
        "Du har åbnet mødet et andet sted. Brug det nyeste vindue.",
        "You have opened the meeting elsewhere. Use the newest window.",
    ),
    Reason.OTHER_ROOM: (
        "Adgangskortet gælder et andet møde. Åbn dit link igen.",
        "Your pass is for another meeting. Open your link again.",
    ),
    Reason.UNKNOWN_ROOM: ("Mødet findes ikke. Åbn dit link igen.", "No such meeting. Open your link again."),
    Reason.RESERVED_NAME: ("Det navn kan ikke bruges.", "That name cannot be used."),
    Reason.ROOM_NOT_OPEN: (
        "Mødet er ikke åbnet endnu. Vent her, så lukker vi dig ind.",
        "The meeting is not open yet. Wait here and we will let you in.",
    ),
    Reason.NOT_ASKED_BY_STAFF: ("Ingen medarbejder har bedt om mødet.", "No member of staff asked for it."),
    Reason.WRONG_PERSON: (
        "Den, der er logget ind, er ikke den inviterede. En medarbejder ser på det.",
        "The person who logged in is not the one invited. A member of staff will look at it.",
    ),
    Reason.LEVEL_TOO_LOW: (
        "Mødet kræver login på et højere niveau. En medarbejder ser på det.",
        "The meeting needs a stronger login. A member of staff will look at it.",
    ),
    Reason.TOO_EARLY: (
        "Du er tidligt på den. Åbn dit link igen tættere på mødets start.",
        "You are early. Open your link again closer to the start.",
    ),
    Reason.APPOINTMENT_OVER: (
        "Mødets tid er gået. Kontakt os for en ny tid.",
        "The time of the meeting has passed. Contact us for a new one.",
    ),
    Reason.APPOINTMENT_CANCELLED: (
        "Mødet er aflyst. Kontakt os, hvis det er en fejl.",
        "The meeting is cancelled. Contact us if this is a mistake.",
    ),
    Reason.NO_STAFF_INSIDE: (
        "Medarbejderen er ikke i mødet. Vent her, så lukker vi dig ind.",
        "The member of staff is not in the meeting. Wait here and we will let you in.",
    ),
    Reason.OTHERS_INSIDE: (
        "Et andet møde er i gang. Afslut besøget, før den næste kommer ind.",
        "Another visit is going on. Finish it before the next may come in.",
    ),
    Reason.RECORDING_ON: (
        "Der optages stadig. Stop optagelsen, før den næste kommer ind.",
        "A recording is still on. Stop it before the next may come in.",
    ),
    Reason.TURNOVER_OPEN: (
        "Lokalet er ikke gjort klar efter det sidste besøg.",
        "The room has not been cleared after the last visit.",
    ),
    Reason.SEAT_TAKEN: (
        "Pladsen er allerede i brug. Luk det andet vindue, eller åbn dit link igen.",
        "The seat is in use already. Close the other window, or open your link again.",
    ),
    Reason.CITIZEN_NOT_IN: (
        "Ledsageren kommer ind, når borgeren er inde.",
        "The companion comes in once the citizen is inside.",
    ),
    Reason.NOT_LET_IN_YET: ("Vent her, så lukker vi dig ind.", "Wait here and we will let you in."),
    Reason.SENT_OUT: (
        "Medarbejderen har afsluttet din deltagelse. Vent her, hvis du skal ind igen.",
        "The member of staff ended your part. Wait here if you are to come in again.",
    ),
    Reason.NOT_STAFF_HERE: (
        "Kun mødets egne medarbejdere kan gøre det.",
        "Only the meeting's own staff can do that.",
    ),
    Reason.NOT_WAITING: ("Personen venter ikke længere.", "The person is no longer waiting."),
    Reason.NO_SUCH_VISIT: ("Besøget er allerede slut.", "That visit is over already."),
    Reason.NOT_YOUR_UNIT: ("Lokalet hører til en anden enhed.", "The room belongs to another unit."),
    Reason.OWNERS_ARE_FIXED: (
        "Rettigheder kan ikke gives i mødet.",
        "Rights cannot be given in the meeting.",
    ),
    Reason.NO_PAGES: (
        "Agenten har ingen sider, så aftaler kan ikke kaldes ind eller gives videre her.",
        "This agent has no pages, so appointments cannot be called in or handed over here.",
    ),
    Reason.ROOM_IS_FIXED: ("Lokalets indstillinger er låst.", "The room's settings are fixed."),
    Reason.RECORDING_NOT_ALLOWED: ("Dette møde må ikke optages.", "This meeting may not be recorded."),
    Reason.NO_LIVE_STREAM: (
        "Møder sendes aldrig ud på nettet. De kan kun optages til sagen.",
        "Meetings are never streamed. They can only be recorded for the case.",
    ),
    Reason.ALREADY_RECORDING: ("Der optages allerede.", "A recording is on already."),
    Reason.ALREADY_ASKED: ("Der er spurgt allerede. Vent på svar.", "They have been asked. Wait for the answer."),
    Reason.CONSENT_MISSING: (
        "Alle i mødet skal først sige ja til at blive optaget. Spørg dem på din side, eller skriv deres svar ned der.",
        "Everybody in the meeting must first agree to be recorded. Ask them, or write down their answer, on your page.",
    ),
    Reason.NOT_RECORDING: ("Der er ingen optagelse i gang.", "No recording is on."),
    Reason.UNKNOWN_RECORDING: ("Optagelsen findes ikke.", "No such recording."),
    Reason.NOT_AT_THIS_STAGE: (
        "Det kan man ikke gøre ved optagelsen, som den står nu.",
        "That cannot be done to the recording as it stands now.",
    ),
    Reason.RECORDING_HELD: (
        "Optagelsen skal bevares. Ophæv bevarelsen, før den kasseres.",
        "The recording is under legal hold. Lift the hold before it is discarded.",
    ),
    Reason.MADE_ELSEWHERE: (
        "Optagelsen er fra et andet rum end den aftales.",
        "The recording is of another room than that appointment's.",
    ),
    Reason.OTHER_TIME: (
        "Optagelsen kan ikke være fra den aftales tid.",
        "The recording cannot be of the time of that appointment.",
    ),
    Reason.APPOINTMENT_ERASED: (
        "Aftalens personoplysninger er slettet. Ingen sag kan tage optagelsen.",
        "What was personal in that appointment is erased. No case can take the recording.",
    ),
    Reason.NO_CONSENT: (
        "I den aftale har borgeren eller en, der var med, ikke sagt ja til optagelse.",
        "In that appointment the citizen, or somebody who was there, has not agreed to be recorded.",
    ),
    Reason.PROSODY_DID_NOT_DO_IT: (
        "Mødeserveren svarede ikke. Se efter, og prøv igen.",
        "The meeting server did not answer. Check, and try again.",
    ),
    Reason.NO_ROLE: (
        "Du er logget ind, men har ikke fået adgang til Portner. Kontakt din leder.",
        "You are signed in but have not been given access to Portner. Contact your manager.",
    ),
    Reason.SIGNED_OUT: ("Du er logget af. Log på igen.", "You are signed out. Sign in again."),
    Reason.NO_APPOINTMENT: ("Aftalen findes ikke.", "No such appointment."),
    Reason.CHANGED_MEANWHILE: (
        "En anden har lige ændret det. Se på listen igen.",
        "Somebody else has just changed it. Look at the list again.",
    ),
    Reason.NOT_YET: ("Det er for tidligt endnu.", "It is too soon for that."),
    Reason.IS_HERE: ("Borgeren er kommet.", "The citizen is here."),
    Reason.NO_NUMBER: (
        "Det er ikke et telefonnummer, vi kan sende til.",
        "That is not a telephone number we can send to.",
    ),
    Reason.NO_HOTLINE: ("Her er ingen hotline.", "There is no hotline here."),
    Reason.CALL_OVER: ("Samtalen er slut.", "The call is over."),
    Reason.CALLBACK_PROMISED: (
        "En anden har allerede lovet at ringe tilbage.",
        "Somebody else has already promised to ring back.",
    ),
    Reason.LETTER_ON_ITS_WAY: (
        "Beskeden er ved at blive sendt. Vent et øjeblik.",
        "The message is being sent. Wait a moment.",
    ),
    Reason.HAS_THEIR_LINK: (
        "Borgeren har fået sit link.",
        "The citizen has their link.",
    ),
    Reason.NO_KEY: ("Nøglen mangler eller gælder ikke.", "The key is missing or not valid."),
    Reason.NOT_FOR_THIS_KEY: ("Nøglen gælder ikke for den enhed.", "The key is not for that unit."),
    Reason.TOO_MANY_REQUESTS: ("Det går for hurtigt. Prøv igen om lidt.", "That is too fast. Try again shortly."),
    Reason.ALERT_OVER: (
        "Alarmen er ovre. Der er ikke mere at gøre.",
        "The alert is over. There is nothing more to do.",
    ),
    Reason.ALERT_OWNED: (
        "En anden har taget alarmen. Tal med dem.",
        "Somebody else has taken this alert. Talk to them.",
    ),
    Reason.ALERT_YOURS: ("Du har alarmen i forvejen.", "This alert is yours already."),
    Reason.ALERT_NOT_YOURS: ("Ingen har taget alarmen.", "Nobody has taken this alert."),
    Reason.ALERT_SEEN: ("Alarmen er set i forvejen.", "This alert was acknowledged before."),
    Reason.CPR_IN_TEXT: (
        "Der kan stå et CPR-nummer i teksten. Skriv uden numre på personer.",
        "A CPR number may stand in the text. Write it without people's numbers.",
    ),
    Reason.UNKNOWN_UNIT: ("Enheden findes ikke.", "No such unit."),
    Reason.UNKNOWN_POLICY: ("Aftaletypen findes ikke.", "No such policy."),
    Reason.UNKNOWN_STAFF: ("Medarbejderen findes ikke.", "No such member of staff."),
    Reason.STAFF_OF_ANOTHER_UNIT: (
        "Medarbejderen hører til en anden enhed.",
        "The member of staff belongs to another unit.",
    ),
    Reason.ENDS_BEFORE_START: ("Aftalen slutter, før den begynder.", "The appointment ends before it starts."),
    Reason.TOO_LONG: ("Aftalen varer mere end et døgn.", "The appointment lasts more than a day."),
    Reason.IN_THE_PAST: ("Aftalens tid er allerede gået.", "The time of the appointment has passed already."),
    Reason.TOO_FAR_AHEAD: ("Aftalen ligger for langt ude i fremtiden.", "The appointment is too far ahead."),
    Reason.BAD_NAME: (
        "Et navn har 1 til 200 tegn og ingen linjeskift.",
        "A name has 1 to 200 printable characters.",
    ),
    Reason.BAD_EMAIL: ("Det er ikke en mailadresse.", "That is not an e-mail address."),
    Reason.BAD_CPR: ("Et CPR-nummer har ti cifre.", "A CPR number has ten digits."),
    Reason.IDENTITY_NEEDED: (
        "Aftaletypen kræver borgerens CPR-nummer.",
        "The policy needs the citizen's CPR number.",
    ),
    Reason.NOT_MET: (
        "Aftaletypen kræver, at I har mødt borgeren ansigt til ansigt.",
        "The policy asks that the citizen has been met in person.",
    ),
    Reason.NOT_ASKED_FOR: (
        "Aftaletypen kræver, at borgeren selv har bedt om video.",
        "The policy asks that the citizen asked for video.",
    ),
    Reason.NO_WAY_TO_REACH: (
        "Borgeren kan ikke nås på nogen af de måder, aftaletypen bruger.",
        "The citizen cannot be reached in any way the policy uses.",
    ),
    Reason.TOO_MANY_COMPANIONS: ("Der er for mange ledsagere.", "There are too many companions."),
    Reason.TOO_MANY_MEETINGS: (
        "Der er for mange møder til ét svar. Spørg om en kortere tid.",
        "There are too many meetings for one answer. Ask for a shorter time.",
    ),
    Reason.UNKNOWN_COMPANION: ("Ledsageren findes ikke.", "No such companion."),
    Reason.BOOKED_OTHERWISE: (
        "Det eksterne id er brugt til en anden aftale.",
        "The external id was used for another appointment.",
    ),
    Reason.ID_TAKEN: ("Id'et er allerede brugt.", "That id is taken."),
    Reason.VERSION_NEEDED: (
        "Sig, hvilken version der ændres (If-Match).",
        "Say which version is to be changed (If-Match).",
    ),
    Reason.VISIT_GOING_ON: ("Mødet er i gang.", "The visit is going on."),
    Reason.APPOINTMENT_MOVED: (
        "Mødet er flyttet. Åbn dit link igen for at se den nye tid.",
        "The meeting has been moved. Open your link again to see the new time.",
    ),
    Reason.UNKNOWN_PERSON: ("Personen findes ikke.", "No such person."),
    Reason.STAFF_ARE_KEPT: (
        "Det gælder borgere og ledsagere, ikke medarbejdere.",
        "This is for citizens and companions, not for staff.",
    ),
    Reason.STILL_TO_COME: (
        "Borgeren har en aftale, der ikke er overstået. Aflys den først.",
        "The citizen has an appointment that is not over. Cancel it first.",
    ),
    Reason.NOTE_NOT_FILED: (
        "Et notat er ikke journaliseret endnu.",
        "A note has not been filed yet.",
    ),
    Reason.RECORDING_NOT_FILED: (
        "En optagelse er ikke journaliseret endnu.",
        "A recording has not been filed yet.",
    ),
    Reason.REASON_NEEDED: (
        "Skriv først, hvorfor du ser efter den person.",
        "Say first why you look at that person.",
    ),
    Reason.TOO_MANY_LINES: (
        "Der er for mange linjer til én fil. Bed administratoren om dem.",
        "There are too many lines for one file. Ask the administrator for them.",
    ),
    Reason.UNREADABLE_LINE: (
        "Linjen er skadet eller rettet. Dens tid er linjens før. Få portner audit verify kørt.",
        "This line was damaged or changed. Its time is that of the line before. Have portner audit verify run.",
    ),
}

VISIT_DONE = ("Besøget er slut. Tak for i dag.", "The visit is over. Thank you.")
ENDED_FOR_ALL = (
    "Mødet er lukket af en leder. Kontakt os, hvis du har brug for en ny tid.",
    "A supervisor has closed the meeting. Contact us if you need a new appointment.",
)
RECORDING_ENDS = ("Optagelsen er stoppet.", "The recording has been stopped.")
STAFF_LOST = (
    "Medarbejderen mistede forbindelsen. Åbn dit link igen; du beholder din plads.",
    "The member of staff lost the connection. Open your link again; you keep your place.",
)
REPLACED = ("Du har åbnet mødet i et nyt vindue.", "You have opened the meeting in a new window.")
NEXT_WAITS = (
    "{name} venter stadig: {why}",
    "{name} is still waiting: {why}",
)
FIRST_IN_LINE = ("Du er den næste. Bliv på siden.", "You are next. Stay on this page.")
PLACE_IN_LINE = ("Du er nr. {place} i køen. Bliv på siden.", "You are number {place} in line. Stay on this page.")
STAFF_LATE = (
    "Medarbejderen er lidt forsinket. Bliv på siden; du har ikke mistet din plads.",
    "The member of staff is running late. Stay on this page; you keep your place.",
)
PUT_BACK = (
    "Vent i venteværelset lidt endnu. Åbn dit link igen; du er den næste.",
    "Please wait in the waiting room a little longer. Open your link again; you are next.",
)
HANDED_OVER = (
    "En kollega tager din aftale. Åbn dit link igen; du beholder din plads.",
    "A colleague is taking your appointment. Open your link again; you keep your place.",
)
PORTNER_NAME = "Venteværelset"
"""The virtual moderator's name in the lobby chat."""


def both(words: tuple[str, str]) -> str:
    """Danish, then English, for places where the reader's language is not known."""
    return f"{words[0]} / {words[1]}"


def danish(reason: Reason) -> str:
    """The sentence of a reason for Danish screens."""
    return WORDS[reason][0]
