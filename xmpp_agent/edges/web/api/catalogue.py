"""Units and policies over HTTP: what may be booked where. They are data, loaded by `portner policy load`."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Request

from xmpp_agent.edges.web.api import shapes
from xmpp_agent.edges.web.api.keys import caller_of
from xmpp_agent.edges.web.api.problems import documented
from xmpp_agent.flows.office import Office, refusal
from xmpp_agent.model.appointments import Policy
from xmpp_agent.model.units import Unit
from xmpp_agent.model.verdicts import Reason

Ident = Annotated[str, Path(max_length=100)]


def catalogue_routes(office: Office) -> APIRouter:
    """Everything under `/api/v1/units` and `/api/v1/policies`."""
    routes = APIRouter(prefix="/api/v1", tags=["units and policies"])

    @routes.get("/units", response_model=list[shapes.UnitOut], responses=documented())
    async def units(request: Request) -> list[shapes.UnitOut]:
        """The units of this key."""
        caller = caller_of(request)
        return [_unit(unit) for unit in await office.diary.units() if caller.may_see(unit.id)]

    @routes.get("/units/{ident}", response_model=shapes.UnitOut, responses=documented(403, 404))
    async def unit(ident: Ident, request: Request) -> shapes.UnitOut:
        """One unit."""
        if not caller_of(request).may_see(ident):
            raise refusal("booking", Reason.NOT_FOR_THIS_KEY)
        found = await office.diary.unit(ident)
        if found is None:
            raise HTTPException(404)
        return _unit(found)

    @routes.get("/policies", response_model=list[shapes.PolicyOut], responses=documented())
    async def policies() -> list[shapes.PolicyOut]:
        """Every policy."""
        return [_policy(policy) for policy in await office.diary.policies()]

    @routes.get("/policies/{ident}", response_model=shapes.PolicyOut, responses=documented(404))
    async def policy(ident: Ident) -> shapes.PolicyOut:
        """One policy."""
        found = await office.diary.policy(ident)
        if found is None:
            raise HTTPException(404)
        return _policy(found)

    return routes


def _unit(unit: Unit) -> shapes.UnitOut:
    return shapes.UnitOut(
        id=unit.id,
        name=unit.name,
        neutral_name=unit.neutral_name,
        phone=unit.phone,
        timezone=unit.timezone,
        closed=unit.closed,
    )


def _policy(policy: Policy) -> shapes.PolicyOut:
    return shapes.PolicyOut(
        id=policy.id,
        level=policy.level.name.lower(),
        lobby=policy.lobby,
        recording_allowed=policy.recording_allowed,
        early=policy.early,
        late=policy.late,
        ladder=[rung.channel.value for rung in policy.plan.ladder],
        reminders=list(policy.plan.reminders),
        needs_met_in_person=policy.plan.needs_met,
        needs_asked_for_video=policy.plan.needs_asked,
    )
