"""Browsers in which a person has signed in before: known by a mark that they keep.

A mark proves that its browser knew the password once. So the failed attempts of others need not keep the person out
there. It signs nobody in, and is worth nothing after a change of the password, whose hash signs it.
"""

import hashlib
import hmac
import secrets

from connector.controlplane.usecases.users import UserRegister
from connector.ports.entities import User

_LONGEST = 200


def make_mark(user: User) -> str:
    """Return a new mark for a browser in which a user has signed in; empty for a user without a password."""
    number = secrets.token_urlsafe(16)
    return f"{number}.{_sign(user, number)}" if user.password else ""


async def find_browser(register: UserRegister, name: str, mark: str) -> str:
    """Return the number of the browser whose mark was made for the user of this name; empty if it was not."""
    number, _, signed = mark.partition(".")
    if not number or not signed.isascii() or len(mark) > _LONGEST:
        return ""
    user = await register.context.store.user(register.context.owner, name)
    fits = user is not None and user.password and hmac.compare_digest(_sign(user, number), signed)
    return number if fits else ""


def _sign(user: User, number: str) -> str:
    key = hashlib.sha256(user.password.encode()).digest()
    return hmac.new(key, f"{user.name}\n{number}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
