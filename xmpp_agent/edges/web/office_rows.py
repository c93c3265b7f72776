"""Hotline calls and missed invitations as the console shows them: masked, in words, with what may be done now."""

from collections.abc import Collection, Mapping

from xmpp_agent.edges.web.office_list import Shown
from xmpp_agent.flows.staff_office import StaffOffice
from xmpp_agent.flows.supervised_calls import OpenCall, open_calls
from xmpp_agent.flows.unreached import Missed, missed
from xmpp_agent.model.people import NO_NAME, Role
from xmpp_agent.rules import names
from xmpp_agent.rules.hotline import Act
from xmpp_agent.rules.hotline_words import call_words
from xmpp_agent.rules.numbers import ending
from xmpp_agent.rules.unreached import Way
from xmpp_agent.rules.unreached_words import next_words, way_words
from xmpp_agent.wire_office import CallAct, CallRow, CallStage, InvitationNext, InvitationRow, TriedWay

_MAY: Mapping[Act, CallAct] = {Act.AGAIN: "again", Act.PROMISE: "promise", Act.TAKEN: "taken"}
LONGEST = 200
"""Letters of a name; the wire carries no more than 500."""


class OfficeRows:
    """Looks the rows up. `shard` is part of their keys."""

    def __init__(self, desk: StaffOffice, shard: str) -> None:
        self._desk, self._shard = desk, shard

    async def calls(self, appointments: Collection[str] | None) -> Mapping[str, tuple[Shown[CallRow], ...]]:
        """Calls that are not over. Raises Unavailable."""
        found = await open_calls(self._desk, appointments)
        staff = await self._staff({each.row.call.unit for each in found.values()})
        return {
            one: (Shown(each.row.call.unit, self._call(each, staff.get(each.row.call.staff, ""))),)
            for one, each in found.items()
        }

    async def invitations(self, appointments: Collection[str] | None) -> Mapping[str, tuple[Shown[InvitationRow], ...]]:
        """Invitations that did not arrive. Raises Unavailable."""
        found = await missed(self._desk, appointments)
        staff = await self._staff({each.entry.appointment.unit for some in found.values() for each in some})
        return {
            one: tuple(
                Shown(each.entry.appointment.unit, self._invitation(each, staff.get(each.entry.appointment.staff, "")))
                for each in some
            )
            for one, some in found.items()
        }

    async def _staff(self, units: Collection[str]) -> Mapping[str, str]:
        diary = self._desk.office.diary
        return {person.id: person.name[:LONGEST] for unit in units for person in await diary.staff_of(unit)}

    def _call(self, each: OpenCall, staff: str) -> CallRow:
        call = each.row.call
        return CallRow(
            key=f"{self._shard}/call/{call.id}",
            call=call.id,
            version=each.version,
            stage=CallStage(each.row.at.value),
            since=each.since,
            made_at=call.made_at,
            words=call_words(each.row.at, each.failure),
            unit=call.unit,
            staff=staff,
            room=call.room,
            number=ending(call.number),
            may=tuple(act for name, act in _MAY.items() if name in each.may),
        )

    def _invitation(self, each: Missed, staff: str) -> InvitationRow:
        booked, found, name = each.entry.appointment, each.found, each.person.name
        return InvitationRow(
            key=f"{self._shard}/invitation/{booked.id}/{each.person.id}",
            appointment=booked.id,
            version=each.version,
            masked=(names.masked(name) if name != NO_NAME else name)[:LONGEST],
            role="citizen" if each.role is Role.CITIZEN else "companion",
            starts_at=booked.starts_at,
            cancelled=booked.cancelled,
            unit=booked.unit,
            staff=staff,
            next=InvitationNext(found.next.value),
            next_at=found.next_at,
            words=next_words(found, cancelled=booked.cancelled),
            since=found.since,
            ways=tuple(_way(way) for way in found.ways),
            may=("again",) if each.may_send else (),
        )


def _way(way: Way) -> TriedWay:
    return TriedWay(
        channel=way.channel.value,
        state=way.state.value,
        fault=way.failure.value if way.failure is not None else "",
        words=way_words(way),
        at=way.at,
        attempts=way.attempts,
    )
