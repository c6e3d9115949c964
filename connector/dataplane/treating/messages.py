"""The treatment of the messages of a stream: each is one record, treated as the records of a file are."""

from collections.abc import Sequence

from connector.dataplane.control.gate import Gate
from connector.dataplane.control.register import Register
from connector.dataplane.formats.json import JsonLines
from connector.dataplane.treating.consents import DeliveryConsents
from connector.dataplane.treating.delivery import TreatedDelivery, Treating, find_treatment
from connector.ports.entities import Flow
from connector.ports.flow import Record, Untreatable
from connector.ports.streams import Lost

_SPACES = bytes.maketrans(b"\r\n", b"  ")


def treat_messages(flow: Flow, gate: Gate, treating: Treating | None, register: Register) -> "TreatedMessages | None":
    """Return the treatment of the messages of a flow as its lease requires, None without one.

    Raises Untreatable if this data plane cannot apply it, LeaseEnded without a lease.
    """
    treatment = find_treatment(gate, treating)
    if treatment is None or not treatment.changes:
        return None
    if treatment.records.format == "csv":
        raise Untreatable("A stream of CSV cannot be treated: its messages have no header. Offer messages in JSON.")
    assert treating is not None
    consents = DeliveryConsents(flow.owner, treatment.consent, register)
    consents.persons = None  # each message is looked up just before it leaves

    async def tell(remark: str | None) -> None:
        await register.remark(flow, remark)

    turn = register.find_turn(flow, "messages")
    return TreatedMessages(TreatedDelivery(flow, treatment, treating, consents, tell, turn=turn))


class TreatedMessages:
    """Treats messages of one flow. Raises Untreatable if a transform needs all records first: a stream has no last."""

    def __init__(self, delivery: TreatedDelivery) -> None:
        if delivery.whole:
            raise Untreatable(
                "The agreement requires to sum up all records, and a stream has no last one: agree on a treatment of "
                "single records."
            )
        self._delivery = delivery

    async def treat(self, messages: Sequence[bytes]) -> list[bytes | Lost | None]:
        """Return each message as it may leave, None for one that is left out, or why it cannot leave."""
        found: list[Record | Lost] = [_read(message) for message in messages]
        records = [one for one in found if not isinstance(one, Lost)]
        try:
            treated = iter(await self._delivery.treat_each(records))
            return [one if isinstance(one, Lost) else _write(next(treated)) for one in found]
        except Untreatable:
            if len(messages) == 1:
                return [Lost.UNTREATABLE]
        # One of them cannot be treated: the others are treated alone.
        return [result for message in messages for result in await self.treat([message])]


def _read(message: bytes) -> Record | Lost:
    """Return the record of a message: one object of JSON, which has no line end outside of its white space."""
    try:
        records = JsonLines(raw=True).read(message.translate(_SPACES) + b"\n")
    except Untreatable:
        return Lost.UNREADABLE
    return records[0] if len(records) == 1 else Lost.UNREADABLE


def _write(record: Record | None) -> bytes | None:
    return None if record is None else JsonLines(raw=True).write([record]).rstrip(b"\n")
