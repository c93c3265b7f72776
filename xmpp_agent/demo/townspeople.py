"""Who lives and works in the demo's town, and by which numbers and addresses they are reached. None of them exists."""

from dataclasses import dataclass

from xmpp_agent.demo.login_provider.running import Person
from xmpp_agent.model.people import CompanionKind


@dataclass(frozen=True, slots=True)
class Citizen:
    """Somebody who is invited: as MitID knows them, and as the calendar system does."""

    person: Person
    phone: str = ""
    email: str = ""
    has_mailbox: bool = True
    """Whether Digital Post reaches them."""

    @property
    def id(self) -> str:
        """What the demo calls them."""
        return self.person.id

    @property
    def name(self) -> str:
        """In full."""
        return self.person.name


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who works here: as the employer's sign-on knows them, and where. `unit` empty: nowhere of their own."""

    person: Person
    unit: str = ""

    @property
    def id(self) -> str:
        """What the demo calls them."""
        return self.person.id

    @property
    def name(self) -> str:
        """In full."""
        return self.person.name

    @property
    def account(self) -> str:
        """What the employer calls them."""
        return self.person.email


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who comes with a citizen."""

    id: str
    name: str
    kind: CompanionKind
    phone: str


UNITS = {"jobcenter": "Jobcenter", "ambulatorium": "Ambulatorium", "akut": "Akuttelefon"}
"""As policies.yaml has them, with a short name."""
CITIZENS = (
    Citizen(
        Person("anna", "Anna Hansen", "0101901234", "11111111-aaaa-4bbb-8ccc-000000000001", "1990-01-01"),
        "+4520123401",
        "anna@borger.example",
    ),
    Citizen(
        Person("bo", "Bo Berg", "0202804321", "11111111-aaaa-4bbb-8ccc-000000000002", "1980-02-02"),
        "+4520123402",
        "bo@borger.example",
    ),
    Citizen(
        Person("carla", "Carla Dam", "0303702468", "11111111-aaaa-4bbb-8ccc-000000000003", "1970-03-03"),
        "+4520123403",
        has_mailbox=False,
    ),
    Citizen(
        Person("hanne", "Hanne Ipsen", "0404651357", "11111111-aaaa-4bbb-8ccc-000000000004", "1965-04-04"),
        email="hanne@borger.example",
        has_mailbox=False,
    ),
)
STRANGER = Person(
    "fremmed",
    "Frede Fremmed",
    "1212121212",
    "11111111-aaaa-4bbb-8ccc-000000000009",
    "1912-12-12",
    note="ikke inviteret",
)
"""Has a MitID, too, and is invited nowhere."""
FOLLOWERS = (
    Follower("ida", "Ida Tolstrup", CompanionKind.INTERPRETER, "+4520123411"),
    Follower("per", "Per Nord", CompanionKind.BISIDDER, "+4520123412"),
)


def _colleague(ident: str, name: str, unit: str) -> Colleague:
    role = f"{UNITS[unit]}.Medarbejder"
    return Colleague(Person(ident, name, email=f"{ident}@lilleby.example", roles=(role,), note=UNITS[unit]), unit)


STAFF = (
    _colleague("maja", "Maja Krog", "jobcenter"),
    _colleague("kim", "Kim Lauritsen", "jobcenter"),
    _colleague("sonja", "Sonja Møller", "ambulatorium"),
    _colleague("nina", "Nina Vest", "akut"),
    Colleague(Person("lise", "Lise Overby", email="lise@lilleby.example", roles=("Leder",), note="leder")),
    Colleague(Person("gaest", "Gorm Gæst", email="gaest@lilleby.example", roles=(), note="ingen adgang")),
)
ROLES = {
    **{f"{name}.Medarbejder": {"unit": unit} for unit, name in UNITS.items()},
    "Leder": {"supervises": list(UNITS)},
}
"""As `site.staff_roles` has them."""
BY_ID = {one.id: one for one in (*CITIZENS, *STAFF)}
