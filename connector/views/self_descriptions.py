"""Self-descriptions: what a participant states about itself, an offering or a dataset, signed."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from connector.protocol.credential import DescriptionKind


class PushedDescriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A self-description that a broker keeps. `findings` say what it lacks."""

    name: Annotated[str, Meta(description="Name in the address `/v1/self-descriptions/{name}`.")]
    participant: str
    kind: DescriptionKind
    subject: str
    key: Annotated[str, Meta(description="Name of the key that signed it.")]
    pushed_at: datetime
    expires_at: datetime
    findings: Annotated[tuple[str, ...], Meta(description="What it lacks, in sentences.")] = ()


class PushView(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the last push of a self-description to the broker; `findings` say what it lacks."""

    state: Annotated[str, Meta(description="`accepted`, `refused`, or `failed`: the broker was away for a day.")]
    at: datetime
    reason: str = ""
    findings: tuple[str, ...] = ()


class SelfDescriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A self-description of this participant: what it states, and the credential with its signature."""

    kind: DescriptionKind
    subject: str
    name: Annotated[str, Meta(description="Name under which a broker keeps it.")]
    issuer: str
    key: Annotated[str, Meta(description="Name of the key that signs it.")]
    valid_from: datetime
    valid_until: datetime
    statement: dict[str, Any]
    credential: Annotated[str, Meta(description="The secured credential, `application/vc+jwt`.")]


class CheckedDescriptionView(msgspec.Struct, frozen=True, kw_only=True):
    """What a secured credential states, by whom and until when. `problem` says why it does not hold, if so."""

    kind: DescriptionKind
    subject: str
    issuer: str
    issuer_name: Annotated[str, Meta(description="Name of the issuer in the participant list.")]
    valid_from: datetime
    valid_until: datetime
    statement: dict[str, Any]
    problem: str | None = None


class CheckDescriptionOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A secured credential to check."""

    credential: Annotated[str, Meta(max_length=400_000, description="The secured credential, a compact JWS.")]
