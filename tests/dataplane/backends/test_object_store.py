"""Clients of object stores are kept for their key, and errors say nothing of it."""

import pytest

from connector.dataplane.backends.object_store import ObjectStores, explain_store
from connector.ports.flow import Cause, SourceError

PLACE = ("http://127.0.0.1:1", "air", "us-east-1", "reader", "key")


def test_a_client_is_made_once_for_a_key_and_anew_for_a_changed_secret() -> None:
    secrets = ["first"]
    stores = ObjectStores(lambda *_: secrets[-1], 1.0)
    made = stores.find(*PLACE)
    assert stores.find(*PLACE) is made
    secrets.append("second")
    assert stores.find(*PLACE) is not made


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (TimeoutError(), Cause.UNAVAILABLE),
        (OSError("Client error with status 403 Forbidden: canary"), Cause.NOT_ALLOWED),
        (OSError("connection refused: canary"), Cause.UNAVAILABLE),
        (FileNotFoundError("canary"), Cause.NOT_FOUND),
    ],
)
def test_an_error_of_the_client_becomes_a_sentence_without_its_words(error: Exception, cause: Cause) -> None:
    with pytest.raises(SourceError) as caught, explain_store(1.0):
        raise error
    assert caught.value.cause is cause
    assert "canary" not in str(caught.value)
