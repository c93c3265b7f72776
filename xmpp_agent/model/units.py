"""A unit: a job centre, a ward. What it is called, when it is open, how people reach it, what its messages say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xmpp_agent.model.figures import Targets


@dataclass(frozen=True, slots=True)
class Hours:
    """One stretch of opening hours, local time."""

    day: int
    """0 is Monday (ISO weekday less one)."""
    opens: str
    """`08:00`."""
    closes: str


@dataclass(frozen=True, slots=True)
class Unit:
    """Data, not code: loaded by `portner policy load`."""

    id: str
    name: str
    """`Jobcenter Lilleby`; shown to whoever is signed in, and on messages only when `shows_name`."""
    neutral_name: str
    """`Lilleby Kommune`: what may stand on a locked screen."""
    phone: str
    """As people read it: `00 00 00 00`."""
    shows_name: bool = False
    """Whether messages and the page before login may say the unit's own name."""
    meeting_title: str = "Videomøde"
    """What the meeting is called instead of the room's random name."""
    sms_sender: str = "Kommunen"
    """At most 11 letters and digits."""
    email_sender: str = ""
    post_sender: str = ""
    """Label of the sender in Digital Post; the neutral name when empty."""
    timezone: str = "Europe/Copenhagen"
    hours: tuple[Hours, ...] = ()
    """Empty: always open."""
    closed: bool = False
    """Closed for now, by a press on the staff page or in the file."""
    closed_text: tuple[str, str] = ("", "")
    """What people read meanwhile, Danish and English."""
    tells_place: bool = True
    """Whether people in the unit's shared queue are told their place."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Own wording by key, such as `sms.invitation.da` (docs/messages.md)."""
    targets: Targets = field(default_factory=Targets)
    """What the console holds the unit's numbers against (docs/numbers.md)."""

    @property
    def shown_name(self) -> str:
        """The name for messages and pages before login."""
        return self.name if self.shows_name else self.neutral_name
