"""The failure of a command: one sentence for a person, one exit code for a program."""

from enum import IntEnum


class Code(IntEnum):
    """Exit codes of every command; `docs/cli.md` explains them."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NOT_FOUND = 3
    REFUSED = 4
    NOT_REACHABLE = 5
    WAITING = 6
    INTERRUPTED = 130


class Failure(Exception):
    """A command cannot continue: `code` is its exit code, `sentence` goes to standard error."""

    def __init__(self, code: Code, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
