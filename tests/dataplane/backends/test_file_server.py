"""Servers with SFTP: which paths are plain, and what their errors mean. The source and the sink try the rest."""

import pytest

from connector.dataplane.backends.file_server import check_remote_path, explain_server
from connector.ports.flow import Cause, SourceError


@pytest.mark.parametrize("path", ["a", "a/b.csv", "/srv/a", "a/"])
def test_a_plain_path_is_taken(path: str) -> None:
    check_remote_path(path)


@pytest.mark.parametrize("path", ["", "/", "..", "a/./b", "a//b", "a\x00b", "a\nb"])
def test_an_odd_path_is_refused(path: str) -> None:
    with pytest.raises(SourceError, match="no plain path"):
        check_remote_path(path)


@pytest.mark.parametrize(
    ("error", "cause"),
    [(TimeoutError(), Cause.UNAVAILABLE), (OSError("canary"), Cause.UNAVAILABLE), (ValueError("canary"), None)],
)
def test_an_error_is_told_without_the_words_of_the_server(error: Exception, cause: Cause | None) -> None:
    with pytest.raises(SourceError) as caught, explain_server(5.0):
        raise error
    assert cause in {None, caught.value.cause}
    assert "canary" not in str(caught.value)
    with explain_server(5.0, passing=True):
        raise error


def test_a_defect_of_ours_is_none_of_the_server() -> None:
    with pytest.raises(KeyError), explain_server(5.0):
        raise KeyError
