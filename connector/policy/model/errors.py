"""The error that refuses a policy. Pure: standard library only."""


class PolicyError(Exception):
    """A policy that cannot be accepted.

    Parameters:
        code: the broken rule as a stable short name, for example `unknown-operand`.
        path: the place in the document, for example `permission/0/constraint/1`.
        sentence: what happened, what was expected and what to do, for a person.
    """

    def __init__(self, code: str, path: str, sentence: str) -> None:
        super().__init__(f"{path}: {sentence}" if path else sentence)
        self.code = code
        self.path = path
        self.sentence = sentence
