"""The chain of custody: what may happen to a recording at each stage, where it leads, and when it is looked at again.

The table is all there is: what is not in it does not happen. Tests kill the agent before and after every line of it.
"""

from dataclasses import replace
from enum import StrEnum

from xmpp_agent.model.recordings import Fault, Recording, Stage, Terms


class Happened(StrEnum):
    """What is told of a recording: by people, by Prosody, by the vault, by the journal, or by the clock."""

    ALL_AGREED = "all_agreed"
    SAID_NO = "said_no"
    PRESSED = "pressed"
    """Record was pressed and let through to Jicofo."""
    STARTED = "started"
    DID_NOT_START = "did_not_start"
    STOP_PRESSED = "stop_pressed"
    ENDED = "ended"
    BROKE_OFF = "broke_off"
    FILE_CAME = "file_came"
    """Taken in: hashed and sealed in the vault, not yet read back."""
    NO_FILE_CAME = "no_file_came"
    READ_BACK = "read_back"
    READ_BACK_UNMAPPED = "read_back_unmapped"
    MAPPED = "mapped"
    """A person said whose it is."""
    FILED = "filed"
    RECEIPT_CAME = "receipt_came"
    REFUSED = "refused"
    NO_RECEIPT_CAME = "no_receipt_came"
    RETRIED = "retried"
    """A person says: once more."""
    DISCARDED = "discarded"
    """A person says, with a reason, that it must not be kept; or somebody took their yes back before it was filed."""
    KEPT_LONG_ENOUGH = "kept_long_enough"


H, S = Happened, Stage
TRANSITIONS: dict[tuple[Stage, Happened], Stage] = {
    (S.REQUESTED, H.ALL_AGREED): S.CONSENTED,
    (S.REQUESTED, H.SAID_NO): S.DECLINED,
    (S.CONSENTED, H.SAID_NO): S.DECLINED,
    (S.CONSENTED, H.PRESSED): S.STARTING,
    (S.STARTING, H.STARTED): S.ON,
    (S.STARTING, H.DID_NOT_START): S.NOT_STARTED,
    (S.STARTING, H.STOP_PRESSED): S.STOPPING,
    (S.STARTING, H.ENDED): S.EXPECTED,
    (S.NOT_STARTED, H.STARTED): S.ON,  # Jicofo tries the next recorder under the same session
    (S.ON, H.STOP_PRESSED): S.STOPPING,
    (S.ON, H.ENDED): S.EXPECTED,
    (S.ON, H.BROKE_OFF): S.RECORDER_LOST,
    (S.RECORDER_LOST, H.STARTED): S.ON,
    (S.STOPPING, H.ENDED): S.EXPECTED,
    (S.STOPPING, H.BROKE_OFF): S.RECORDER_LOST,
    (S.EXPECTED, H.NO_FILE_CAME): S.MISSING,
    (S.RECORDER_LOST, H.NO_FILE_CAME): S.MISSING,
    (S.STOPPING, H.NO_FILE_CAME): S.MISSING,
    (S.STARTING, H.FILE_CAME): S.HERE,
    (S.NOT_STARTED, H.FILE_CAME): S.HERE,
    (S.ON, H.FILE_CAME): S.HERE,
    (S.STOPPING, H.FILE_CAME): S.HERE,
    (S.EXPECTED, H.FILE_CAME): S.HERE,
    (S.RECORDER_LOST, H.FILE_CAME): S.HERE,
    (S.MISSING, H.FILE_CAME): S.HERE,
    (S.MISSING, H.RETRIED): S.EXPECTED,
    (S.MISSING, H.ENDED): S.EXPECTED,  # a stop nobody answered: it went on meanwhile, and is over only now
    (S.HERE, H.FILE_CAME): S.HERE,  # what was read back was not what was put in: taken in anew
    (S.HERE, H.READ_BACK): S.ENCRYPTED,
    (S.HERE, H.READ_BACK_UNMAPPED): S.UNMAPPED,
    (S.UNMAPPED, H.MAPPED): S.ENCRYPTED,
    (S.ENCRYPTED, H.FILED): S.FILED,
    (S.ENCRYPTED, H.REFUSED): S.FILING_REFUSED,
    (S.FILING_REFUSED, H.RETRIED): S.ENCRYPTED,
    (S.FILED, H.RECEIPT_CAME): S.RECEIPTED,
    (S.FILED, H.NO_RECEIPT_CAME): S.RECEIPT_LATE,
    (S.RECEIPT_LATE, H.RECEIPT_CAME): S.RECEIPTED,
    (S.RECEIPT_LATE, H.RETRIED): S.FILED,
    (S.RECEIPTED, H.KEPT_LONG_ENOUGH): S.DELETED,
    (S.HERE, H.DISCARDED): S.DELETED,
    (S.ENCRYPTED, H.DISCARDED): S.DELETED,
    (S.UNMAPPED, H.DISCARDED): S.DELETED,
    (S.FILING_REFUSED, H.DISCARDED): S.DELETED,
    (S.RECEIPT_LATE, H.DISCARDED): S.DELETED,
    (S.MISSING, H.DISCARDED): S.DELETED,
}

STARTS_WITHIN = 120.0
"""Jicofo gives a recorder 90 s and may then try another (jitsi-protocol §7.3)."""
STOPS_WITHIN = 600.0
"""Stop is answered only after Jibri's finalize script has ended."""
FILE_WITHIN = 60.0
"""A minute after its end somebody is told that there is no file."""

NO_TERMS = Terms()
"""Where no appointment is known (any more), or no time of a policy matters."""
NEVER_BEGAN = frozenset({S.REQUESTED, S.CONSENTED})
"""Asked for, and nobody pressed record: nothing is there, and nothing will come by itself."""
ENDED = frozenset({S.DECLINED, S.NOT_STARTED, S.DELETED})
"""Nothing more is waited for."""
RUNNING = frozenset({S.STARTING, S.ON, S.STOPPING})
"""In the room: nobody else comes in, no second one starts."""
SETTLED = ENDED | NEVER_BEGAN | {S.RECEIPTED}
"""Nothing of it is still to get into the journal."""
STUCK = frozenset({S.MISSING, S.UNMAPPED, S.FILING_REFUSED, S.RECEIPT_LATE})
"""A person must look."""
UNFILED = frozenset({S.RECORDER_LOST, S.EXPECTED, S.HERE, S.ENCRYPTED, S.MISSING, S.UNMAPPED, S.FILING_REFUSED})
"""Over, and the journal has not got it."""
IN_THE_VAULT = frozenset({S.HERE, S.ENCRYPTED, S.UNMAPPED, S.FILED, S.FILING_REFUSED, S.RECEIPTED, S.RECEIPT_LATE})
"""There is (or may be) a sealed copy of ours."""


class OutOfOrder(Exception):
    """Something is told that cannot happen at this stage; whoever told it is too late or mistaken."""


def step(recording: Recording, happened: Happened, terms: Terms, now: float, fault: Fault | None = None) -> Recording:
    """The recording after it, one version on. Raises OutOfOrder; then nothing changes."""
    stage = TRANSITIONS.get((recording.stage, happened))
    if stage is None:
        raise OutOfOrder(f"{happened} at {recording.stage}")
    begins, ends = stage is Stage.ON and recording.on_at is None, happened in {Happened.ENDED, Happened.BROKE_OFF}
    return replace(
        recording,
        stage=stage,
        changed_at=now,
        fault=fault,
        attempts=0,
        due_at=due(stage, terms, now),
        on_at=now if begins else recording.on_at,
        off_at=now if ends else recording.off_at,
        version=recording.version + 1,
    )


def due(stage: Stage, terms: Terms, now: float) -> float | None:
    """When a recording that came to this stage now is looked at again; None: something else must happen first."""
    within = {
        Stage.STARTING: STARTS_WITHIN,
        Stage.STOPPING: STOPS_WITHIN,
        Stage.EXPECTED: FILE_WITHIN,
        Stage.RECORDER_LOST: FILE_WITHIN,
        Stage.HERE: 0.0,
        Stage.ENCRYPTED: 0.0,
        Stage.FILED: 0.0,
        Stage.RECEIPT_LATE: LONGEST_PAUSE,
        Stage.RECEIPTED: None if terms.as_reference else terms.keep_after_receipt,
    }.get(stage)
    return None if within is None else now + within


TIME_BRINGS = {
    Stage.STARTING: (Happened.DID_NOT_START, Fault.NO_ANSWER),
    Stage.STOPPING: (Happened.NO_FILE_CAME, Fault.NO_FILE),
    Stage.EXPECTED: (Happened.NO_FILE_CAME, Fault.NO_FILE),
    Stage.RECORDER_LOST: (Happened.NO_FILE_CAME, Fault.NO_FILE),
}
"""What it means when the time of a stage is up and nothing else happened."""

_EXCUSED = frozenset({Fault.VAULT_FULL, Fault.VAULT_AWAY})
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 3600.0
"""Seconds between attempts of vault and journal: doubled from the first to the longest."""


WAITS_SHORTLY = frozenset(Stage) - {Stage.RECEIPTED}
"""What is looked at again within `LONGEST_PAUSE`, as `due` and `tried` have it; kept for days is only what is filed."""


def tried(recording: Recording, fault: Fault, now: float) -> Recording:
    """The recording after an attempt that may succeed later: the same stage, looked at again after a pause."""
    attempts = recording.attempts + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
    return replace(recording, attempts=attempts, fault=fault, due_at=now + pause, version=recording.version + 1)


def is_missed(recording: Recording, now: float) -> bool:
    """Whether a file that is there but cannot be taken in has been waited for long enough.

    What only the vault delays is not missed: there is nothing to be seen to at the recorder.
    """
    is_the_vaults = recording.attempts > 0 and recording.fault in _EXCUSED
    return not is_the_vaults and now - (recording.off_at or recording.changed_at) >= STOPS_WITHIN


def waited_for(recording: Recording, now: float) -> Recording:
    """The same stage, looked at again in a while: something is on its way."""
    return replace(recording, due_at=now + FILE_WITHIN, version=recording.version + 1)


def rests(recording: Recording) -> Recording:
    """The same stage, not looked at again until somebody lets go of it (legal hold); nothing is tried any more."""
    return replace(recording, due_at=None, attempts=0, version=recording.version + 1)


def held(recording: Recording) -> Recording:
    """Under legal hold from now on."""
    return replace(recording, held=True, version=recording.version + 1)


def let_go(recording: Recording, terms: Terms) -> Recording:
    """No longer under legal hold: what rested because of it is looked at when its time is up, or at once."""
    due_at = recording.due_at
    if recording.stage is Stage.RECEIPTED:
        due_at = due(recording.stage, terms, recording.changed_at)
    return replace(recording, held=False, due_at=due_at, version=recording.version + 1)


def disowned(recording: Recording, now: float) -> Recording:
    """Discarded by a person: without its key the sealed file is noise, and is deleted at the next look."""
    return replace(step(recording, Happened.DISCARDED, NO_TERMS, now), key="", due_at=now)


def woken(recording: Recording, now: float) -> Recording:
    """The same stage, looked at again at once: something is to be done about it."""
    return replace(recording, due_at=now, version=recording.version + 1)


def is_given_up(recording: Recording, terms: Terms, now: float) -> bool:
    """Whether filing was tried for as long as the policy says; `changed_at` is when the stage began."""
    return recording.stage is Stage.ENCRYPTED and now - recording.changed_at >= terms.file_within


def is_late(recording: Recording, terms: Terms, now: float) -> bool:
    """Whether the journal's receipt is overdue."""
    return recording.stage is Stage.FILED and now - recording.changed_at >= terms.receipt_within
