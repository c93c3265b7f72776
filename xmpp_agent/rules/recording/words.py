"""One sentence for each stage and each fault of a recording, Danish and English: for staff and supervisors."""

from xmpp_agent.model.recordings import Fault, Recording, Stage
from xmpp_agent.rules.cpr import could_hold_cpr

STAGES: dict[Stage, tuple[str, str]] = {
    Stage.REQUESTED: (
        "De, der er inde, er spurgt, om de må optages.",
        "The people inside were asked whether they agree.",
    ),
    Stage.CONSENTED: (
        "Alle har sagt ja. Optagelsen kan startes.",
        "Everybody has agreed. The recording can be started.",
    ),
    Stage.STARTING: ("Optagelsen er ved at starte.", "The recording is starting."),
    Stage.ON: ("Der optages.", "The recording is on."),
    Stage.STOPPING: ("Optagelsen er ved at stoppe.", "The recording is being stopped."),
    Stage.EXPECTED: ("Optagelsen er slut. Filen er på vej.", "The recording is over. Its file is on its way."),
    Stage.HERE: ("Filen er her og lægges i boksen.", "The file is here and is being put into the vault."),
    Stage.ENCRYPTED: ("Filen ligger krypteret og journaliseres.", "The file is encrypted and is being filed."),
    Stage.FILED: (
        "Filen er journaliseret. Kvitteringen ventes.",
        "The file is in the journal. Its receipt is awaited.",
    ),
    Stage.RECEIPTED: (
        "Journalen har kvitteret. Vores kopi slettes, når tiden er gået.",
        "The journal has confirmed it. Our copy is deleted when its time is up.",
    ),
    Stage.DELETED: ("Vores kopi og dens nøgle er slettet.", "Our copy and its key are deleted."),
    Stage.DECLINED: ("Nogen sagde nej. Der er ingen optagelse.", "Somebody said no. There is no recording."),
    Stage.NOT_STARTED: ("Optagelsen kom ikke i gang.", "The recording did not start."),
    Stage.RECORDER_LOST: (
        "Optagelsen blev afbrudt. Det, der nåede at blive optaget, er på vej.",
        "The recording broke off. What there is of it is on its way.",
    ),
    Stage.MISSING: (
        "Filen burde være her, men mangler. Se på optagemaskinen, og prøv igen.",
        "The file should be here and is missing. Look at the recorder, then try again.",
    ),
    Stage.UNMAPPED: (
        "Ingen ved, hvilken aftale filen hører til. Vælg aftalen, eller kassér filen.",
        "Nobody knows which appointment the file is of. Choose it, or discard the file.",
    ),
    Stage.FILING_REFUSED: (
        "Journalen tager den ikke. Ret fejlen, og prøv igen.",
        "The journal does not take it. Correct what is wrong, then try again.",
    ),
    Stage.RECEIPT_LATE: (
        "Journalen har ikke kvitteret i tide. Se efter i journalen, og prøv igen.",
        "The journal has not confirmed it in time. Look into the journal, then try again.",
    ),
}
FAULTS: dict[Fault, tuple[str, str]] = {
    Fault.NO_ANSWER: ("Ingen meldte, at den var startet.", "Nobody said that it had started."),
    Fault.RECORDERS_BUSY: ("Alle optagemaskiner var optaget.", "All recorders were busy."),
    Fault.RECORDER_FAILED: ("Optagemaskinen svigtede.", "The recorder failed."),
    Fault.NO_FILE: ("Optagemaskinen leverede ingen fil.", "The recorder delivered no file."),
    Fault.EMPTY_FILE: ("Filen er tom.", "The file is empty."),
    Fault.SAID_NO: ("En person ville ikke optages.", "Somebody did not want to be recorded."),
    Fault.NO_SUCH_RECORDING: ("Ingen her har bedt om optagelsen.", "Nobody here asked for the recording."),
    Fault.OTHER_ROOM: (
        "Filens oplysninger handler om et andet møde.",
        "What the file says of itself is of another meeting.",
    ),
    Fault.TWO_FILES: ("Der er flere filer i samme mappe.", "There is more than one file in the same directory."),
    Fault.NO_CONSENT: (
        "Ikke alle har sagt ja til optagelsen.",
        "Not everybody has agreed to the recording.",
    ),
    Fault.DISCARDED: (
        "Optagelsen blev kasseret, før filen kom.",
        "The recording was discarded before its file came.",
    ),
    Fault.ODD_DIRECTORY: (
        "Mappen er ikke, som optagemaskinen laver den.",
        "The directory is not as a recorder makes it.",
    ),
    Fault.NOT_READABLE: (
        "Portner må ikke læse optagemaskinens fil.",
        "Portner has no right to read the recorder's file.",
    ),
    Fault.SOURCE_CHANGED: ("Filen ændrede sig, mens den blev læst.", "The file changed while it was read."),
    Fault.VAULT_FULL: ("Der er ikke plads i boksen.", "There is no room left in the vault."),
    Fault.VAULT_AWAY: ("Boksen svarer ikke.", "The vault does not answer."),
    Fault.VAULT_DAMAGED: ("Kopien i boksen er beskadiget.", "The copy in the vault is damaged."),
    Fault.JOURNAL_AWAY: ("Journalen svarer ikke.", "The journal does not answer."),
    Fault.JOURNAL_BUSY: ("Journalen har travlt.", "The journal is busy."),
    Fault.JOURNAL_REFUSED: ("Journalen afviste filen.", "The journal refused the file."),
    Fault.NOT_ALLOWED: ("Portner har ikke adgang til journalen.", "Portner is not let into the journal."),
    Fault.CASE_CLOSED: ("Sagen er lukket.", "The case is closed."),
    Fault.UNKNOWN_CASE: ("Journalen kender ikke sagen.", "The journal does not know the case."),
    Fault.NO_RECEIPT: ("Der er ingen kvittering.", "There is no receipt."),
    Fault.GIVEN_UP: ("Der er forsøgt så længe, som aftaletypen siger.", "It was tried for as long as the policy says."),
}
HELD = ("Den må ikke slettes (juridisk bevarelse).", "It must not be deleted (legal hold).")
HIDDEN = "••••••-••••"


def sentence(recording: Recording) -> tuple[str, str]:
    """How it stands, Danish and English: why it is stuck first, then what can be done, then that it is held."""
    why = FAULTS[recording.fault] if recording.fault is not None else ("", "")
    held = HELD if recording.held else ("", "")
    danish, english = (
        " ".join(part for part in parts if part) for parts in zip(why, STAGES[recording.stage], held, strict=True)
    )
    return danish, english


def case_shown(case_ref: str) -> str:
    """A case reference as a screen may show it: one in which a CPR number could stand is not shown at all."""
    return HIDDEN if could_hold_cpr(case_ref) else case_ref
