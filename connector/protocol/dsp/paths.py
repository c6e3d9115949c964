"""The path of each message (Dataspace Protocol 2025-1, HTTPS bindings).

The client reads this table. The server has its own routes in `binding.dsp`; a test compares them with this table.
Paths are relative to the base URL of the provider, or to the callbackAddress of the consumer.

Pure: standard library and msgspec only.
"""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

import msgspec

from connector.protocol.dsp.catalog import CatalogRequestMessage, DatasetRequestMessage
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import LocalProtocolError, RemoteProtocolError
from connector.protocol.dsp.identifiers import check_identifier
from connector.protocol.dsp.negotiation import (
    ContractAgreementMessage,
    ContractAgreementVerificationMessage,
    ContractNegotiation,
    ContractNegotiationEventMessage,
    ContractNegotiationTerminationMessage,
    ContractOfferMessage,
    ContractRequestMessage,
)
from connector.protocol.dsp.transfer import (
    TransferCompletionMessage,
    TransferProcess,
    TransferRequestMessage,
    TransferStartMessage,
    TransferSuspensionMessage,
    TransferTerminationMessage,
)
from connector.protocol.dsp.version import VersionResponse

WELL_KNOWN = "/.well-known/dspace-version"
BASE_PATH = "/dsp/2025-1"
"""The path of the endpoints below the place of the version document, unless the settings name another one."""


class MessageEndpoint(msgspec.Struct, frozen=True):
    """One endpoint: the message `kind` (for GET, the document), the role that serves it, method and path template.

    `{pid}` in the template is one percent-encoded segment: the pid of the receiver, or the identifier of a dataset. The
    identifier of a dataset can contain slashes, so a server that decodes the path first lets it span segments.
    """

    kind: type[msgspec.Struct]
    to: Role
    method: str
    template: str

    @property
    def names_process(self) -> bool:
        """True if the path contains an identifier."""
        return "{pid}" in self.template


_C, _P = Role.CONSUMER, Role.PROVIDER

# The standard has no GET of a transfer at the consumer. Deployed connectors serve it, and it settles a doubt.
ROUTES = (
    MessageEndpoint(VersionResponse, _P, "GET", WELL_KNOWN),
    MessageEndpoint(CatalogRequestMessage, _P, "POST", "/catalog/request"),
    MessageEndpoint(DatasetRequestMessage, _P, "GET", "/catalog/datasets/{pid}"),
    MessageEndpoint(ContractNegotiation, _P, "GET", "/negotiations/{pid}"),
    MessageEndpoint(ContractRequestMessage, _P, "POST", "/negotiations/request"),
    MessageEndpoint(ContractRequestMessage, _P, "POST", "/negotiations/{pid}/request"),
    MessageEndpoint(ContractNegotiationEventMessage, _P, "POST", "/negotiations/{pid}/events"),
    MessageEndpoint(ContractAgreementVerificationMessage, _P, "POST", "/negotiations/{pid}/agreement/verification"),
    MessageEndpoint(ContractNegotiationTerminationMessage, _P, "POST", "/negotiations/{pid}/termination"),
    MessageEndpoint(ContractNegotiation, _C, "GET", "/negotiations/{pid}"),
    MessageEndpoint(ContractOfferMessage, _C, "POST", "/negotiations/offers"),
    MessageEndpoint(ContractOfferMessage, _C, "POST", "/negotiations/{pid}/offers"),
    MessageEndpoint(ContractAgreementMessage, _C, "POST", "/negotiations/{pid}/agreement"),
    MessageEndpoint(ContractNegotiationEventMessage, _C, "POST", "/negotiations/{pid}/events"),
    MessageEndpoint(ContractNegotiationTerminationMessage, _C, "POST", "/negotiations/{pid}/termination"),
    MessageEndpoint(TransferProcess, _P, "GET", "/transfers/{pid}"),
    MessageEndpoint(TransferRequestMessage, _P, "POST", "/transfers/request"),
    MessageEndpoint(TransferStartMessage, _P, "POST", "/transfers/{pid}/start"),
    MessageEndpoint(TransferCompletionMessage, _P, "POST", "/transfers/{pid}/completion"),
    MessageEndpoint(TransferTerminationMessage, _P, "POST", "/transfers/{pid}/termination"),
    MessageEndpoint(TransferSuspensionMessage, _P, "POST", "/transfers/{pid}/suspension"),
    MessageEndpoint(TransferProcess, _C, "GET", "/transfers/{pid}"),
    MessageEndpoint(TransferStartMessage, _C, "POST", "/transfers/{pid}/start"),
    MessageEndpoint(TransferCompletionMessage, _C, "POST", "/transfers/{pid}/completion"),
    MessageEndpoint(TransferTerminationMessage, _C, "POST", "/transfers/{pid}/termination"),
    MessageEndpoint(TransferSuspensionMessage, _C, "POST", "/transfers/{pid}/suspension"),
)

# Of these characters the colon alone is percent-encoded; `quote` looks at each.
_USUAL_PID = re.compile(r"[A-Za-z0-9._~:-]+")
_TEMPLATES = {(route.kind, route.to, route.names_process): route.template for route in ROUTES}


def path(kind: type[msgspec.Struct], to: Role, pid: str | None = None) -> str:
    """Return the path of a message of type `kind`, or of a GET of the document `kind`, at the side `to`.

    :param pid: the receiver's process identifier, or the dataset's; None for a message that creates a process.
    :raises LocalProtocolError: if the standard has no such path.
    :raises RemoteProtocolError: if the pid of the peer cannot be a path segment.
    """
    template = _TEMPLATES.get((kind, to, pid is not None))
    if template is None:
        which = "without an identifier" if pid is None else "with an identifier"
        raise LocalProtocolError(f"The {to} has no path for {kind.__name__} {which}.")
    if pid is None:
        return template
    check_pid(pid)
    return fill(template, pid)


def fill(template: str, pid: str) -> str:
    """Return the path of a template, with an identifier as one percent-encoded segment."""
    if _USUAL_PID.fullmatch(pid):
        return template.replace("{pid}", pid.replace(":", "%3A"))
    return template.replace("{pid}", quote(pid, safe="", errors="replace"))


def check_pid(pid: str, where: str = "The identifier") -> None:
    """Refuse an identifier that cannot be one segment of a path: no identifier, or a dot segment.

    :raises RemoteProtocolError: with `where`, the place of the identifier.
    """
    check_identifier(pid, where)
    if pid in {".", ".."}:
        raise RemoteProtocolError(f"{where} cannot be part of a path: expected more than dots alone.")


def join(base: str, relative: str) -> str:
    """Append a path to a base URL or callbackAddress, with or without a trailing slash.

    :raises RemoteProtocolError: if the base has a query or a fragment, to which no path can be appended.
    """
    return _check_base(base) + "/" + relative.lstrip("/")


# Each message to a peer is sent below its address.
@lru_cache(maxsize=1024)
def _check_base(base: str) -> str:
    try:
        parts = urlsplit(base)
    except ValueError as error:
        raise RemoteProtocolError(f"The base address is not a URL: {error}.") from error
    if parts.query or parts.fragment or base.endswith(("?", "#")):
        raise RemoteProtocolError("The base address has a query or a fragment: expected a URL without both.")
    return base.rstrip("/")
