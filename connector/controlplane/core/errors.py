"""Why a use case cannot be carried out: one tree of errors, each with a code for programs and a sentence for people."""

from collections.abc import Mapping


class UseCaseError(Exception):
    """A use case cannot be carried out; nothing was changed. `code` is for programs, the message one sentence.

    `reasons` says the same in `de` and `en`, where it is known in both.

    UseCaseError
    ├── NotFound     there is no such thing (or it is not yours to see)
    ├── NotAllowed   the state of the thing does not allow it, or a rule forbids it
    ├── Invalid      what was handed in cannot be understood
    └── PeerFailed   the counterparty refused or could not be reached
    """

    def __init__(self, code: str, reason: str, reasons: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.reasons = dict(reasons or {})


class NoSuchEntity(UseCaseError):
    """There is no such thing."""


class NotAllowed(UseCaseError):
    """The present state or a rule does not allow it."""


class Invalid(UseCaseError):
    """The input cannot be understood."""


class PeerFailed(UseCaseError):
    """The counterparty refused or could not be reached."""
