"""The address of a database has no password: that is a secret by reference."""

import msgspec
import pytest

from connector.settings import StoreSettings


def test_without_a_database_the_store_is_a_file() -> None:
    assert (StoreSettings().url, StoreSettings().path.name) == (None, "store.sqlite")


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://office:kanarie@db.example/office",
        "postgres://office@db.example/office?password=kanarie",
        "postgres://office@db.example/office?sslmode=require&sslpassword=kanarie",
        "mysql://db.example/office",
        "",
    ],
)
def test_an_address_with_a_password_or_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"url": url}, StoreSettings)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://office@db.example:5432/office",
        "postgres://office@db.example/office",
        "postgresql://office@one.example,two.example:5433/office?target_session_attrs=read-write",
        "postgresql://office@[::1]:5432/office",
        "postgresql://office@/office?host=/run/postgresql",
        "postgresql://office@db.example/office?sslmode=verify-full&passfile=/run/pass",
    ],
)
def test_an_address_without_a_password_is_taken(url: str) -> None:
    assert msgspec.convert({"url": url}, StoreSettings).url == url
