"""An authority's own receiver, as docs/journal.md asks for one: believes nothing that is not signed."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from xmpp_agent.demo.gateways.script import Script
from xmpp_agent.demo.journals.tricks import Tricky

_MOST_APART = 300


class Receiver:
    """What it took, by Idempotency-Key."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self.script = Script()
        self.manifests: dict[str, dict[str, object]] = {}
        self.files: dict[str, str] = {}
        """SHA-256 by entry."""
        self.sent = 0
        """How often a file came."""
        self.later = False
        """Whether it answers 202 and gives the number when it is asked."""
        self.reason = ""
        self.app = FastAPI(openapi_url=None)
        self.app.add_middleware(Tricky, script=self.script)
        self.app.post("/in")(self._post)
        self.app.put("/in/{entry}/media")(self._put)
        self.app.get("/in/{entry}")(self._get)

    def _is_ours(self, headers: Mapping[str, str], digest: str) -> bool:
        mark = dict(part.split("=", 1) for part in headers.get("portner-signature", "t=0,v1=").split(","))
        wanted = hmac.new(self._secret.encode(), f"{mark['t']}.{digest}".encode(), hashlib.sha256).hexdigest()
        is_now = abs(time.time() - int(mark["t"])) < _MOST_APART
        return is_now and headers.get("portner-content-sha256") == digest and hmac.compare_digest(wanted, mark["v1"])

    async def _put(self, request: Request, entry: str) -> Response:
        digest = hashlib.sha256()
        pieces = 0
        async for piece in request.stream():
            digest.update(piece)
            pieces += bool(piece)
        if not self._is_ours(request.headers, digest.hexdigest()) or request.headers["idempotency-key"] != entry:
            return Response(status_code=401)
        self.sent += 1
        if self.files.setdefault(entry, digest.hexdigest()) != digest.hexdigest():
            return Response(status_code=409)
        return JSONResponse({"sha256": self.files[entry]})

    async def _post(self, request: Request) -> Response:
        body = await request.body()
        if not self._is_ours(request.headers, hashlib.sha256(body).hexdigest()):
            return Response(status_code=401)
        told, key = json.loads(body), request.headers["idempotency-key"]
        if self.reason:
            return JSONResponse({"reason": self.reason, "text": "Anna Hansen"}, 422)
        file = (told.get("media") or {}).get("file")
        if file is not None and self.files.get(told["id"]) != told["media"]["sha256"]:
            return JSONResponse({"reason": "file-missing"}, 409)
        if self.manifests.setdefault(key, told) != told:
            return Response(status_code=409)
        return Response(status_code=202) if self.later else JSONResponse({"number": self._number(key)})

    async def _get(self, request: Request, entry: str) -> Response:
        if not self._is_ours(request.headers, hashlib.sha256(b"").hexdigest()):
            return Response(status_code=401)
        if entry not in self.manifests:
            return Response(status_code=404)
        return Response(status_code=202) if self.later else JSONResponse({"number": self._number(entry)})

    def _number(self, key: str) -> str:
        return f"J-{list(self.manifests).index(key) + 1}"
