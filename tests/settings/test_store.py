"""The address of a database has no password: that is a secret by reference."""

import msgspec
import pytest

from connector.settings import StoreSettings


def test_without_a_database_the_store_is_a_file() -> None:
    assert (StoreSettings().url, StoreSettings().path.name) == (None, "store.sqlite")


@pytest.mark.parametrize("url", ["postgresql://office:kanarie@db.example/office", "mysql://db.example/office", ""])
def test_an_address_with_a_password_or_of_another_database_is_refused(url: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"url": url}, StoreSettings)


def test_an_address_without_a_password_is_taken() -> None:
    url = "postgresql://office@db.example:5432/office"
    assert msgspec.convert({"url": url}, StoreSettings).url == url
