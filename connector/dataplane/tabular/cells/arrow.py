"""The values of Arrow, by their types: a number has the digits of its width, a time all that it states.

pyarrow itself makes numbers of 32 bits longer than they are, has no value for a nanosecond unless another library is
there, and fails for a time zone that nobody knows. So such columns become whole numbers or texts first.
"""

import math
import re
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa  # type: ignore[import-untyped]  # it has no stubs

from connector.dataplane.tabular.cells.durations import write_duration
from connector.dataplane.tabular.opened import read_float
from connector.ports.flow import Record

_KNOWN = (str, int, Decimal)
_ReadCell = Callable[[Any], Any]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NANOS = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}
_LARGEST_HALF = 65_504
_DAY = 86_400 * 10**9
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})", re.ASCII)


def read_batch(batch: Any, own: dict[str, _ReadCell] | None = None) -> list[Record]:
    """Return the rows of a batch; `own` reads columns by name. Raises OverflowError for a time that no calendar has."""
    names = batch.schema.names
    columns = [_read_column(column, (own or {}).get(name)) for name, column in zip(names, batch.columns, strict=True)]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _read_column(column: Any, read: _ReadCell | None) -> Iterator[Any]:
    if read is None:
        kind, plain = column.type, _simplify(column.type)
        if not plain.equals(kind):
            column = column.cast(plain)
        read = make_reader(kind)
    return (None if value is None else read(value) for value in column.to_pylist())


def _simplify(kind: Any) -> Any:
    """Return the type that a column is converted to before its values are read."""
    types = pa.types
    if types.is_float32(kind):
        return pa.string()
    if types.is_time32(kind):
        return pa.int32()
    if types.is_timestamp(kind) or types.is_time64(kind) or types.is_duration(kind):
        return pa.int64()
    if types.is_dictionary(kind):
        inner = _simplify(kind.value_type)
        return kind if inner.equals(kind.value_type) else inner
    if types.is_struct(kind):
        return pa.struct([field.with_type(_simplify(field.type)) for field in kind])
    if types.is_map(kind):
        return pa.map_(_simplify(kind.key_type), _simplify(kind.item_type))
    if types.is_fixed_size_list(kind):
        return pa.list_(_simplify(kind.value_type), kind.list_size)
    if types.is_list(kind):
        return pa.list_(_simplify(kind.value_type))
    return pa.large_list(_simplify(kind.value_type)) if types.is_large_list(kind) else kind


def make_reader(kind: Any) -> _ReadCell:
    """Return the function that reads a value of a type, after its column was converted."""
    types = pa.types
    if types.is_float16(kind):
        return _read_half
    if types.is_floating(kind):
        return lambda value: read_float(float(value))
    if types.is_timestamp(kind):
        return partial(_read_moment, _NANOS[kind.unit], _find_zone(kind.tz) if kind.tz else None)
    if types.is_time(kind):
        return partial(_read_time, _NANOS[kind.unit])
    if types.is_duration(kind):
        unit = _NANOS[kind.unit]
        return lambda value: write_duration(0, value * unit)
    if types.is_dictionary(kind):
        return make_reader(kind.value_type)
    if types.is_struct(kind):
        parts = {field.name: make_reader(field.type) for field in kind}
        return lambda value: {name: _read_part(read, value[name]) for name, read in parts.items()}
    if types.is_map(kind):
        key, item = make_reader(kind.key_type), make_reader(kind.item_type)
        return lambda value: [[_read_part(key, one), _read_part(item, other)] for one, other in value]
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        inner = make_reader(kind.value_type)
        return lambda value: [_read_part(inner, one) for one in value]
    return _read_plain


def _read_part(read: _ReadCell, value: Any) -> Any:
    return None if value is None else read(value)


def _read_plain(value: Any) -> Any:
    """Return a value that needs no type: one of a class that a row does not have becomes its text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_read_part(_read_plain, one) for one in value]
    if isinstance(value, dict):
        return {str(name): _read_part(_read_plain, one) for name, one in value.items()}
    return value if isinstance(value, _KNOWN) else str(value)


def _read_half(value: Any) -> Decimal | None:
    """Return a number of 16 bits with the fewest digits that give it again; five always do."""
    number = float(value)
    if not math.isfinite(number):
        return None
    shorter = (float(f"{number:.{digits}g}") for digits in range(1, 6))
    return read_float(next((one for one in shorter if abs(one) <= _LARGEST_HALF and _cut(one) == number), number))


def _cut(number: float) -> float:
    found: float = struct.unpack("e", struct.pack("e", number))[0]
    return found


def _read_moment(unit: int, zone: tzinfo | None, value: int) -> str:
    seconds, nanos = divmod(value * unit, 10**9)
    moment = _EPOCH + timedelta(seconds=seconds, microseconds=nanos // 1000)
    local = moment.replace(tzinfo=None) if zone is None else moment.astimezone(zone)
    return _write_finely(local.isoformat(timespec="microseconds"), local.isoformat(), nanos % 1000)


def _read_time(unit: int, value: int) -> str:
    nanos = value * unit
    if not 0 <= nanos < _DAY:
        raise OverflowError
    clock = (_EPOCH + timedelta(microseconds=nanos // 1000)).time()
    return _write_finely(clock.isoformat(timespec="microseconds"), clock.isoformat(), nanos % 1000)


def _write_finely(full: str, short: str, nanos: int) -> str:
    """Return a time that ends with its microseconds or an offset with the nanoseconds in their place."""
    at = full.index(".") + 7
    return f"{full[:at]}{nanos:03d}{full[at:]}" if nanos else short


def _find_zone(name: str) -> tzinfo:
    """Return the zone with a name; UTC for one that nobody knows, as the moment is the same there."""
    if found := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(ahead if found[1] == "+" else -ahead) if ahead < timedelta(days=1) else UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
