"""People and notices for the tests of messages."""

from typing import Any

from msgspec.structs import replace

from connector.ports.entities import User, UserNotice, UserRole
from connector.views.users import UserNoticeKind
from tests.support.plane import NOW, OWNER


def make_user(name: str = "a.kaya", *roles: UserRole, **changed: Any) -> User:
    plain = User(
        owner=OWNER, name=name, person="Aylin Kaya", roles=roles or (UserRole.RELEASE,), created_at=1, version=1
    )
    return replace(plain, email=f"{name}@city.example", **changed)


def make_notice(serial: int = 1, kind: UserNoticeKind = UserNoticeKind.REQUEST, **changed: Any) -> UserNotice:
    plain = UserNotice(
        owner=OWNER, kind=kind, subject=f"urn:n:{serial}", occasion="", at=NOW, number=serial,
        title={"de": "Baustellen", "en": "Roadworks"}, dataset="urn:d:1",
    )  # fmt: skip
    return replace(plain, **changed)
