"""What a process that reads a file tells the one that started it: each a length and a value, and the bounds of both.

The values of rows are those of `Record`, a decimal number among them, which msgpack and JSON do not tell from a text.
So a value is pickled, and of classes the reader knows the decimal number alone: a process that a file has taken over
can say nothing but rows.
"""

import io
import pickle
import struct
from decimal import Decimal
from typing import IO, Any

HEAD = struct.Struct(">I")
MEMORY = 2 * 1024 * 1024 * 1024
"""How many bytes the reading of a file may take, beside the bare process."""
CPU_S = 300
"""How many seconds of the processor."""
LARGEST_VALUE = 256 * 1024 * 1024
"""The most bytes of one value: a batch of rows."""


class _RowUnpickler(pickle.Unpickler):
    """Reads values that have no class but the decimal number."""

    def find_class(self, module: str, name: str) -> Any:
        """Return the class of decimal numbers. Raises UnpicklingError for every other name."""
        if (module, name) == ("decimal", "Decimal"):
            return Decimal
        raise pickle.UnpicklingError(name)


def write_value(stream: IO[bytes], value: object) -> None:
    """Write a value."""
    data = pickle.dumps(value, protocol=5)
    if len(data) > LARGEST_VALUE:
        raise MemoryError
    stream.write(HEAD.pack(len(data)) + data)
    stream.flush()


def read_value(stream: IO[bytes]) -> Any:
    """Return the next value. Raises EOFError where the stream ends, and UnpicklingError for what is no value."""
    head = stream.read(HEAD.size)
    size = HEAD.unpack(head)[0] if len(head) == HEAD.size else 0
    if not 0 < size <= LARGEST_VALUE:
        raise EOFError
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return _RowUnpickler(io.BytesIO(data)).load()
