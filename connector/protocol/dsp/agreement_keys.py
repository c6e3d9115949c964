"""The key of an agreement at one side: no participant chooses the key of an agreement of somebody else.

The provider chooses the identifier of an agreement (Contract Agreement Message). So this side keeps an agreement that
it received under the provider and the identifier, and its own agreements under the identifier alone.

Pure: standard library only.
"""

from connector.protocol.dsp.common import Role

BETWEEN = " "
"""What separates the provider from the identifier: neither contains a space."""


def make_agreement_key(role: Role, counterparty: str, agreement_id: str) -> str:
    """Return the key of the agreement with this identifier, in which this side has `role`.

    >>> make_agreement_key(Role.PROVIDER, "urn:participant:b", "urn:agreement:1")
    'urn:agreement:1'
    >>> make_agreement_key(Role.CONSUMER, "urn:participant:b", "urn:agreement:1")
    'urn:participant:b urn:agreement:1'
    """
    return agreement_id if role is Role.PROVIDER else f"{counterparty}{BETWEEN}{agreement_id}"


def find_id(key: str) -> str:
    """Return the identifier of an agreement, which both sides know, from its key at this side.

    >>> find_id("urn:participant:b urn:agreement:1")
    'urn:agreement:1'
    """
    return key.rpartition(BETWEEN)[2]
