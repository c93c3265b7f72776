"""Passes as tokens: minting and reading. RS256 only; nothing personal in them but the name others may read."""

import base64
import json
from typing import Annotated, Literal

import jwt
from jwt.api_jws import PyJWS
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xmpp_agent.edges.keys.signing import SigningKeys
from xmpp_agent.model.people import CompanionKind, Level, Pass, Role
from xmpp_agent.model.verdicts import Reason
from xmpp_agent.ports import PassFault

LONGEST = 8192
"""Bytes; a pass of ours is about 1 kB."""

_Ident = Annotated[str, Field(pattern=r"\A[A-Za-z0-9_-]{1,64}\z")]
_Node = Annotated[str, Field(pattern=r"\A[a-z0-9]{20,64}\z")]
"""At least 96 bits in base32."""
_Hash = Annotated[str, Field(pattern=r"\A(?:[0-9a-f]{64})?\z")]
_Time = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Header(_Part):
    alg: Literal["RS256"]
    kid: _Ident
    typ: Literal["JWT"]


class _User(_Part):
    """What Jitsi reads of a token (lib-jitsi-meet, `context.user`)."""

    id: _Ident
    name: Annotated[str, Field(max_length=200)]


class _Context(_Part):
    user: _User


class _Portner(_Part):
    role: Literal["staff", "citizen", "companion"]
    seat: _Ident
    appointment: _Ident | None
    level: Annotated[int, Field(ge=0, le=3)]
    proved: _Hash
    kind: Literal["bisidder", "partsrepræsentant", "interpreter", "guardian"] | None
    link: _Hash = ""
    """Passes made before there was such a claim are judged as those without a link."""


class _Claims(_Part):
    iss: str
    aud: str
    sub: _Ident
    jti: _Ident
    iat: _Time
    nbf: _Time
    exp: _Time
    room: _Node
    context: _Context
    portner: _Portner


class SignedPasses:
    """Mints passes, and reads them as `PassReader` asks: one issuer, one audience."""

    def __init__(self, keys: SigningKeys, issuer: str, audience: str) -> None:
        self._keys = keys
        self._public = keys.public()
        self._issuer = issuer
        self._audience = audience
        self._jws = PyJWS(algorithms=["RS256"])

    def mint(self, pass_: Pass, name: str) -> str:
        """A signed token for this pass; `name` is what others in the meeting read (at most 200 characters).

        Raises ValueError for a pass that `read` would not take.
        """
        claims = _Claims(
            iss=self._issuer,
            aud=self._audience,
            sub=pass_.person,
            jti=pass_.id,
            iat=pass_.issued_at,
            nbf=pass_.not_before,
            exp=pass_.expires_at,
            room=pass_.room,
            context=_Context(user=_User(id=pass_.person, name=name)),
            portner=_Portner(
                role=pass_.role.value,
                seat=pass_.seat,
                appointment=pass_.appointment,
                level=int(pass_.level),
                proved=pass_.proved,
                kind=pass_.kind.value if pass_.kind else None,
                link=pass_.link,
            ),
        )
        if not _hangs_together(claims):
            raise ValueError("role, appointment and kind of the pass do not go together")
        kid = self._keys.newest
        payload = json.dumps(claims.model_dump(), ensure_ascii=False, separators=(",", ":")).encode()
        return self._jws.encode(payload, self._keys.private[kid], algorithm="RS256", headers={"kid": kid})

    def read(self, token: str) -> Pass:
        """The pass in a token; times are not judged. Raises PassFault (NO_PASS when empty, else PASS_BROKEN)."""
        if not token:
            raise PassFault(Reason.NO_PASS)
        try:
            claims = self._verified(token)
        except (ValidationError, jwt.InvalidTokenError, ValueError, RecursionError):
            raise PassFault(Reason.PASS_BROKEN) from None
        return _pass(claims)

    def _verified(self, token: str) -> _Claims:
        """Claims whose signature, shape, issuer and audience hold; ValueError and kin otherwise."""
        if len(token) > LONGEST:
            raise ValueError("too long")
        head = token.partition(".")[0]
        header = _Header.model_validate(_object(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))))
        key = self._public.get(header.kid)
        if key is None:
            raise ValueError("unknown key id")
        # PyJWT also sees to it that each part is written in the one canonical way.
        claims = _Claims.model_validate(_object(self._jws.decode(token, key, algorithms=["RS256"])))
        if claims.iss != self._issuer or claims.aud != self._audience or not _hangs_together(claims):
            raise ValueError("not ours")
        return claims


def _hangs_together(claims: _Claims) -> bool:
    """Companions, and only they, have a kind; visitors come for an appointment; the window has a length."""
    own = claims.portner
    return (
        (own.kind is not None) == (own.role == "companion")
        and (own.appointment is not None or own.role == "staff")
        and claims.nbf <= claims.exp
        and claims.sub == claims.context.user.id
    )


def _pass(claims: _Claims) -> Pass:
    own = claims.portner
    return Pass(
        id=claims.jti,
        role=Role(own.role),
        person=claims.sub,
        seat=own.seat,
        room=claims.room,
        issued_at=claims.iat,
        not_before=claims.nbf,
        expires_at=claims.exp,
        appointment=own.appointment,
        level=Level(own.level),
        proved=own.proved,
        kind=CompanionKind(own.kind) if own.kind else None,
        link=own.link,
    )


def _object(raw: bytes) -> dict[str, object]:
    """A JSON object without doubled names."""
    value = json.loads(raw.decode(), object_pairs_hook=_once)
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found
