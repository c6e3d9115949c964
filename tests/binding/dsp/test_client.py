"""What the client makes of answers that are no catalogue."""

from connector.binding.dsp.client import judge_answer
from connector.net.client import Response
from connector.ports.peer import InDoubt, Refused


def test_an_answer_of_another_program_is_named_as_such() -> None:
    told = "No connector answered at its address, but something else (status {})"
    broken = judge_answer(Response(501, {}, b"<html>"))
    assert isinstance(broken, InDoubt)
    assert (broken.reason, broken.status) == (told.format(501), 501)
    missing = judge_answer(Response(404, {}, b"<html>"))
    assert isinstance(missing, Refused)
    assert (missing.reason, missing.stray) == (told.format(404), True)
