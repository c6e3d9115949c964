"""The evidence of an agreement: a file that proves who agreed to what and when, without a connector. Pure.

It holds the agreement word for word, what the other side has signed of it, the seals of the messages that it has sent
about it, and a statement of the side that wrote the file, which is signed too. Each part is named by its digest, so
that a change is told by its place.
"""

from typing import Annotated, Final

import msgspec

from connector.protocol.dsp.common import Role
from connector.protocol.seals import Seal

FORMAT: Final = "datenkontor-agreement-evidence-1"
LARGEST: Final = 2 * 1024 * 1024
"""The bytes of a file that is read."""
MOST_MESSAGES: Final = 500
"""The sealed messages of a file, the earliest ones."""

_Text = Annotated[str, msgspec.Meta(max_length=1024 * 1024)]
_Method = Annotated[str, msgspec.Meta(max_length=1024)]
_Participant = Annotated[str, msgspec.Meta(max_length=512)]


class AgreementStatement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a side states of an agreement, in which it has `role`. Times are in ms since the Unix epoch.

    The digests are SHA-256 in base64; that of the seal, and that of the messages, is over its JSON, empty without one.
    `methods` are, by participant, the names of keys in documents: the document of a later time may lack them. `more` is
    set if the counterparty has sealed more messages than the file has.
    """

    holder: _Participant
    counterparty: _Participant
    role: Role
    agreement_digest: str
    seal_digest: str
    agreed_at: int
    finalized_at: int | None
    withdrawn_at: int | None
    stated_at: int
    methods: Annotated[dict[_Participant, _Method], msgspec.Meta(max_length=2)] = {}
    messages_digest: str = ""
    more: bool = False


class SealedMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message of the counterparty that was received at `at` (ms): its name, the process that it is about, its seal.

    `jwk` is the public key that verified the seal, `method` its name in a document, if it was one of a document. Of the
    message itself the seal has the digest.
    """

    name: _Text
    process: _Text
    at: int
    seal: Seal
    jwk: dict[str, str]
    method: _Method = ""


class AgreementEvidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file. `statement` is a compact JWS; `keys` are the public keys (JWK) of both sides by participant."""

    format: str = FORMAT
    agreement: _Text
    seal: Seal | None
    statement: _Text
    keys: Annotated[dict[_Participant, dict[str, str]], msgspec.Meta(max_length=2)]
    messages: Annotated[tuple[SealedMessage, ...], msgspec.Meta(max_length=MOST_MESSAGES)] = ()
