"""What a person may do on the pages, by roles alone. Pure.

Four eyes: what is confidential or about persons is released and agreed to by the role `release`, and released only by
somebody who did not describe or change the offer on these pages. What was so before is so until it is released.
"""

from collections.abc import Collection

from connector.ports.entities import Asset, DataClass, UserRole
from connector.protocol.dsp.common import Role

ANYBODY = None
"""A page is open to who has not signed in."""
READERS = frozenset({UserRole.PROVIDER, UserRole.RELEASE, UserRole.PRIVACY, UserRole.AUDITOR})
AGREEMENT_READERS = READERS | {UserRole.CONSUMER}
INBOX_READERS = AGREEMENT_READERS
EVERYBODY = frozenset(UserRole)
WRITERS = frozenset({UserRole.PROVIDER, UserRole.RELEASE})
SEARCHERS = AGREEMENT_READERS
DELIVERY_READERS = AGREEMENT_READERS
AUDITORS = frozenset({UserRole.AUDITOR})
PRIVACY_READERS = frozenset({UserRole.PRIVACY, UserRole.RELEASE, UserRole.AUDITOR})
CONSENT_READERS = frozenset({UserRole.PRIVACY, UserRole.AUDITOR})
PROTECTORS = frozenset({UserRole.PRIVACY})
"""Who vetoes releases, and changes what persons have agreed to."""
OPERATORS = frozenset({UserRole.OPERATOR})
DECLARERS = frozenset({UserRole.RELEASE, UserRole.OPERATOR})
"""Who declares that an event has begun or is over: terms open and close data by it, and people learn of it first."""
ASKERS = frozenset({UserRole.CONSUMER})
"""Who asks for contracts and deliveries, and opens the data that arrived: who examines or protects it sees none."""

_GUARDED = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})


def may_answer(roles: Collection[UserRole], role: Role, data_class: DataClass | None) -> bool:
    """Return whether a person may answer a Hold in which this participant has `role`.

    `data_class` is that of the requested data, None if it is unknown.

    >>> may_answer({UserRole.PROVIDER}, Role.PROVIDER, DataClass.INTERNAL)
    True
    >>> may_answer({UserRole.PROVIDER}, Role.PROVIDER, DataClass.PERSONAL)
    False
    """
    if UserRole.RELEASE in roles:
        return True
    if role is Role.CONSUMER:
        return UserRole.CONSUMER in roles
    return UserRole.PROVIDER in roles and data_class is not None and data_class not in _GUARDED


def may_publish(roles: Collection[UserRole], data_class: DataClass, *, own: bool = False) -> bool:
    """Return whether a person may publish data of a class; `own` if this person described or changed the offer.

    >>> may_publish({UserRole.PROVIDER}, DataClass.OPEN), may_publish({UserRole.PROVIDER}, DataClass.CONFIDENTIAL)
    (True, False)
    >>> may_publish({UserRole.RELEASE}, DataClass.PERSONAL, own=True)
    False
    """
    if data_class in _GUARDED:
        return UserRole.RELEASE in roles and not own
    return may_write(roles)


def may_write(roles: Collection[UserRole]) -> bool:
    """Return whether a person may describe a new offer, or change one."""
    return not WRITERS.isdisjoint(roles)


def may_withdraw(roles: Collection[UserRole]) -> bool:
    """Return whether a person may withdraw an offer: it gives nothing away, so its department may do so alone."""
    return may_write(roles)


def may_end(roles: Collection[UserRole]) -> bool:
    """Return whether a person may end agreements."""
    return UserRole.RELEASE in roles


def is_guarded(data_class: DataClass) -> bool:
    """Return whether data of a class needs the release by a second person."""
    return data_class in _GUARDED


def find_protection(asset: Asset) -> DataClass:
    """Return the class by which an asset is protected: its own, or a guarded one that it had since its last release.

    So what somebody has lowered needs a second person as before.
    """
    had = (asset.data_class, *asset.former_classes)
    return next((known for known in had if is_guarded(known)), asset.data_class)


def may_veto(roles: Collection[UserRole]) -> bool:
    """Return whether a person may veto the release of personal data, and lift the veto."""
    return not PROTECTORS.isdisjoint(roles)


def may_report(roles: Collection[UserRole], role: Role, *, owed_here: bool) -> bool:
    """Return whether a person may note on the page of a contract that a duty was performed.

    Who uses the data says so of an own duty, who offers it notes what the counterparty has confirmed.

    >>> may_report({UserRole.CONSUMER}, Role.CONSUMER, owed_here=True)
    True
    >>> may_report({UserRole.CONSUMER}, Role.CONSUMER, owed_here=False)
    False
    """
    own = UserRole.CONSUMER if role is Role.CONSUMER and owed_here else UserRole.PROVIDER
    return may_confirm(roles) or (own in roles and (own is UserRole.PROVIDER) is (role is Role.PROVIDER))


def may_confirm(roles: Collection[UserRole]) -> bool:
    """Return whether a person may note that a duty was performed after its deadline."""
    return UserRole.PRIVACY in roles or UserRole.RELEASE in roles
