"""The errors of use cases: one tree, each error with a code for programs and a sentence for people."""

from collections.abc import Mapping


class UseCaseError(Exception):
    """A use case failed and changed nothing. `code` is for programs, `reason` is one sentence in English.

    `reasons` contains the sentence in each language, if it exists in each.

    UseCaseError
    ├── NoSuchEntity  the entity does not exist, or the caller may not see it
    ├── NotAllowed    the state of the entity or a rule does not allow it
    ├── Invalid       the input is not valid
    └── PeerFailed    the peer refused or could not be reached
    """

    def __init__(self, code: str, reason: str, reasons: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.reasons = dict(reasons or {})


class NoSuchEntity(UseCaseError):
    """The entity does not exist."""


class NotAllowed(UseCaseError):
    """The state of the entity or a rule does not allow it."""


class Invalid(UseCaseError):
    """The input is not valid."""


class PeerFailed(UseCaseError):
    """The peer refused or could not be reached."""
