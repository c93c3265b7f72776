"""What the browser came back with: whether it belongs to this attempt, and what an error means."""

from collections.abc import Mapping

from xmpp_agent.edges.oidc.config import OpenIdConfig
from xmpp_agent.edges.oidc.discovery import Metadata
from xmpp_agent.edges.oidc.faults import SKEW, Refused, hold, plain, same
from xmpp_agent.model.people import Level
from xmpp_agent.ports.login import Attempt, LoginReason

_NOT_SIGNED_IN = frozenset({"login_required", "interaction_required", "consent_required", "account_selection_required"})
"""OpenID Connect Core §3.1.2.6."""
_DOWN = frozenset({"server_error", "temporarily_unavailable"})
_LONGEST_CODE = 4096


def check_attempt(config: OpenIdConfig, attempt: Attempt, answer: Mapping[str, str], now: float) -> None:
    """That the answer belongs to this attempt, made at this provider not too long ago. Raises Refused."""
    hold(attempt.provider == config.name, LoginReason.NOT_OURS, "provider")
    hold(bool(attempt.state) and same(answer.get("state"), attempt.state), LoginReason.NOT_OURS, "state")
    hold(attempt.level in set(Level), LoginReason.NOT_OURS, "attempt")
    hold(-SKEW <= now - attempt.begun_at <= config.attempt_life, LoginReason.TOO_SLOW, "attempt_life")


def read_code(config: OpenIdConfig, metadata: Metadata, attempt: Attempt, answer: Mapping[str, str]) -> str:
    """The code to exchange. Raises Refused.

    The answer names its provider (RFC 9207) or the provider never does: a code of another one is not carried to this
    one's token endpoint. An error without the name is believed: it opens nothing.
    """
    error, code, issuer = answer.get("error"), answer.get("code", ""), answer.get("iss")
    if issuer is not None:
        hold(same(issuer, config.issuer), LoginReason.NOT_OURS, "answer_iss")
    if error is not None:
        raise Refused(_reason(config, attempt, error, answer.get("error_description", "")), "error")
    hold(issuer is not None or not metadata.names_itself, LoginReason.NOT_OURS, "answer_iss")
    hold(plain(code, _LONGEST_CODE), LoginReason.NOT_OURS, "code")
    return code


def _reason(config: OpenIdConfig, attempt: Attempt, error: str, description: str) -> LoginReason:
    if error == "access_denied" and (not config.abort_words or description in config.abort_words):
        return LoginReason.CANCELLED
    if attempt.silent and error in _NOT_SIGNED_IN:
        return LoginReason.NOT_SIGNED_IN
    return LoginReason.PROVIDER_DOWN if error in _DOWN else LoginReason.PROVIDER_REFUSED
