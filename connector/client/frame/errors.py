"""What can go wrong for a program that uses a connector; every error is one sentence, a code, and an exit code hint.

ClientError
├── NotReachable    the connector cannot be reached, broke off, or cannot serve now
├── KeyRefused      the API key is missing, unknown, or may not do this
├── NotFound        there is no such thing
├── Invalid         what was asked for cannot be understood
├── Refused         the state or a rule does not allow it, or the counter-party said no
├── PeerFailed      the counter-party or the broker could not be reached by the connector
├── StillWaiting    it goes on, but not in the time given: somebody has to approve, or it takes longer
└── Damaged         what arrived is not what was announced, or cannot be written
"""


class ClientError(Exception):
    """A request that failed. `code` is for programs, `reason` for people, `exit_code` what a command ends with.

    `reasons` says it by language, where the connector knows it in more than one.
    """

    exit_code = 1

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.reasons: dict[str, str] = {}


class NotReachable(ClientError):
    """The connector cannot be reached, broke off, or cannot serve now."""

    exit_code = 5


class KeyRefused(ClientError):
    """The API key is missing, unknown, or may not do this."""

    exit_code = 4


class NotFound(ClientError):
    """There is no such thing."""

    exit_code = 3


class InvalidRequest(ClientError):
    """What was asked for cannot be understood."""

    exit_code = 2


class RequestRefused(ClientError):
    """The state or a rule does not allow it, or the counter-party said no."""

    exit_code = 4


class PeerUnreachable(ClientError):
    """The counter-party or the broker could not be reached by the connector."""

    exit_code = 5


class StillWaiting(ClientError):
    """It goes on, but did not end in the time given; `process_id` is what to look at later."""

    exit_code = 6

    def __init__(self, code: str, reason: str, process_id: str) -> None:
        super().__init__(code, reason)
        self.process_id = process_id


class Damaged(ClientError):
    """What arrived is not what was announced, or cannot be written."""


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
    """Return the error that an answer with this status means."""
    error = _BY_STATUS.get(status, ClientError)(code, reason)
    error.reasons = reasons or {}
    return error
