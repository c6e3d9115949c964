"""Messages to webhooks: their secrets, their form and their signature (Standard Webhooks 1.0). Pure.

The header fields are `webhook-id`, `webhook-timestamp` and `webhook-signature`, the HMAC-SHA256 of identifier, time and
body. Libraries of many languages check it.
"""

import base64
import hmac
from datetime import datetime

import msgspec

SECRET_BYTES = 32
"""The bytes of a secret."""

_PREFIX = "whsec_"


class SignedMessage(msgspec.Struct, frozen=True):
    """What is posted: the body, and the header fields that sign it."""

    body: bytes
    headers: dict[str, str]


def write_secret(material: bytes) -> str:
    """Return a secret as its owner receives it.

    >>> write_secret(b"0123456789")
    'whsec_MDEyMzQ1Njc4OQ=='
    """
    return _PREFIX + base64.b64encode(material).decode()


def sign_message(secret: str, id: str, kind: str, data: object, at: datetime) -> SignedMessage:
    """Return the message of a kind about `data`, signed at an instant; `id` names it, the same for a repeat."""
    body = msgspec.json.encode({"type": kind, "timestamp": at, "data": data})
    stamp = str(int(at.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": stamp,
        "webhook-signature": sign(secret, id, stamp, body),
    }
    return SignedMessage(body, headers)


def sign(secret: str, id: str, stamp: str, body: bytes) -> str:
    """Return the signature of a message (Standard Webhooks 1.0, Signature scheme); `stamp` is in s.

    >>> secret, id = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    >>> sign(secret, id, "1614265330", b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.digest(key, b".".join((id.encode(), stamp.encode(), body)), "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"
