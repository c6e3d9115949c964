"""The errors of the client; each has one sentence, a code, and the exit code of a command.

ClientError
├── NotReachable       the connector is unreachable, unavailable, or closed the connection
├── KeyRefused         the management key is missing, unknown, or has not the scope
├── NotFound           the entity does not exist
├── InvalidRequest     the request is malformed
│   └── FileThere      a file with other content is in the way
├── RequestRefused     the state or a rule does not allow it, or the counterparty refused
├── PeerUnreachable    the connector could not reach the peer or the broker
├── StillWaiting       the process continues after the timeout: a person has to approve, or it needs more time
├── InUse              another process is writing the file or the folder
└── Damaged            a file does not match its digest, or cannot be written
"""


class ClientError(Exception):
    """A failed request. `code` is for programs, `reason` for people, `exit_code` for a command.

    `reasons` is the reason by language, if the connector has it in more than one.
    """

    exit_code = 1

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.reasons: dict[str, str] = {}


class NotReachable(ClientError):
    """The connector is unreachable, unavailable, or closed the connection."""

    exit_code = 5


class KeyRefused(ClientError):
    """The management key is missing, unknown, or has not the scope."""

    exit_code = 4


class NotFound(ClientError):
    """The entity does not exist."""

    exit_code = 3


class InvalidRequest(ClientError):
    """The request is malformed."""

    exit_code = 2


class FileThere(InvalidRequest):
    """A file with other content is in the way at `path`; with the code `kept`, the data has arrived all the same."""

    def __init__(self, code: str, reason: str, path: str) -> None:
        super().__init__(code, reason)
        self.path = path


class RequestRefused(ClientError):
    """The state or a rule does not allow it, or the counterparty refused; `renewable` if `renew` asks for it again."""

    exit_code = 4
    renewable = False


class PeerUnreachable(ClientError):
    """The connector could not reach the peer or the broker."""

    exit_code = 5


class StillWaiting(ClientError):
    """The process `process_id` continues after the timeout: show it later."""

    exit_code = 6

    def __init__(self, code: str, reason: str, process_id: str) -> None:
        super().__init__(code, reason)
        self.process_id = process_id


class InUse(ClientError):
    """Another process is writing the file or the folder."""


class Damaged(ClientError):
    """A file does not match its digest, or cannot be written."""


class PagesRepeat(ClientError):
    """The pages of a listing have no end: one was returned twice."""


_BY_STATUS: dict[int, type[ClientError]] = {
    400: InvalidRequest,
    401: KeyRefused,
    403: KeyRefused,
    404: NotFound,
    409: RequestRefused,
    413: InvalidRequest,
    422: InvalidRequest,
    502: PeerUnreachable,
    503: NotReachable,
}


def from_status(status: int, code: str, reason: str, reasons: dict[str, str] | None = None) -> ClientError:
    """Return the error for an answer with this status.

    >>> from_status(404, "no-asset", "Unknown asset urn:asset:1.").exit_code
    3
    """
    error = _BY_STATUS.get(status, ClientError)(code, reason)
    error.reasons = reasons or {}
    return error
