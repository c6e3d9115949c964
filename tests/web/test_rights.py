"""Rights only narrow with protection, and reading gives no right to change."""

import doctest
from itertools import combinations

import pytest

from connector.ports.entities import DataClass, UserRole
from connector.protocol.dsp.common import Role
from connector.web import rights

ALL = [frozenset(chosen) for size in range(4) for chosen in combinations(UserRole, size)]


def test_examples_come_out_as_written() -> None:
    assert doctest.testmod(rights).failed == 0


@pytest.mark.parametrize("roles", ALL, ids=lambda roles: "+".join(sorted(roles)) or "none")
def test_protected_data_needs_a_second_person(roles: frozenset[UserRole]) -> None:
    for data_class in DataClass:
        guarded = rights.is_guarded(data_class)
        if guarded and UserRole.RELEASE not in roles:
            assert not rights.may_publish(roles, data_class)
            assert not rights.may_answer(roles, Role.PROVIDER, data_class)
        if rights.may_publish(roles, data_class):
            assert rights.may_withdraw(roles)
    acting = {UserRole.RELEASE, UserRole.PROVIDER, UserRole.CONSUMER}
    if roles.isdisjoint(acting):
        assert not rights.may_withdraw(roles)
        assert not any(rights.may_answer(roles, role, kind) for role in Role for kind in (*DataClass, None))
    assert rights.may_end(roles) is (UserRole.RELEASE in roles)
    assert not rights.may_answer(roles - {UserRole.RELEASE}, Role.PROVIDER, None)
