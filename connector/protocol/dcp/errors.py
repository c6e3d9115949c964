"""The error of the documents of others: DID documents, presentations, credentials and status lists.

Pure: standard library only.
"""

from connector.protocol.dsp.errors import clean


class ClaimFault(Exception):
    """A document breaks its standard or a bound; `reason` is one sentence, for the log and never for the peer."""

    def __init__(self, reason: str) -> None:
        self.reason = clean(reason)
        super().__init__(self.reason)
