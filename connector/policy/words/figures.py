"""Numbers with units, times and durations of a policy as people of a language write them; nothing is rounded.

Pure: standard library only.
"""

from datetime import UTC, datetime, tzinfo
from decimal import Decimal

from connector.language.catalogue import Language, read_grammar, say
from connector.language.grammar import TimeUnit
from connector.policy.model.values import ClockTime, Day, Duration, Instant, Number
from connector.policy.vocabulary.registry import Operand

_UNITS: tuple[TimeUnit, ...] = ("year", "month", "day", "hour", "minute", "second")
_MOST_DECIMALS = 3


def write_number(value: Number, operand: Operand, language: Language) -> str:
    """Write an amount with its unit, in the greatest unit of the operand that keeps it short and exact.

    >>> volume = registry.operands[DK + "volume"]
    >>> write_number(Number(Decimal(1_500_000), volume.unit), volume, "de")
    '1,5 MB'
    """
    grammar = read_grammar(language)
    if not value.unit:
        return grammar.write_number(value.amount)
    if value.unit != operand.unit:
        return f"{grammar.write_number(value.amount)} {grammar.quote(value.unit)}"
    factors = {factor: name for name, factor in operand.units.items() if ":" not in name}
    fitting = [factor for factor in sorted(factors) if factor <= abs(value.amount) and _short(value.amount, factor)]
    factor = fitting[-1] if fitting else 1
    if factor not in factors:
        return f"{grammar.write_number(value.amount)} {grammar.quote(value.unit)}"
    scaled = value.amount / factor if factor != 1 else value.amount
    write = grammar.write_money if factors[factor] == "EUR" else grammar.write_number
    return f"{write(scaled)} {factors[factor]}"


def _short(value: Decimal, factor: int) -> bool:
    scaled = (value / factor).normalize()
    exponent = scaled.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_DECIMALS and scaled * factor == value


def write_day(value: Day, language: Language, local: tzinfo) -> str:
    """Write a day and its zone, the provider's own unless stated; UTC is named only where the provider has another.

    >>> write_day(Day(date(2027, 3, 1), offset=60), "en", UTC)
    '1 March 2027 (UTC+01:00)'
    """
    zone = _zone(value.offset, local)
    return read_grammar(language).write_day(value.day) + ("" if zone == str(local) == "UTC" else f" ({zone})")


def write_instant(value: Instant, language: Language, local: tzinfo) -> str:
    """Write an instant to the minute, or as exactly as it is given, as the clock of the provider shows it.

    A time that this clock shows twice is written in UTC.

    >>> write_instant(Instant(datetime(2027, 3, 1, 8, 30, 5, tzinfo=UTC)), "de", UTC)
    '1. März 2027, 08:30:05 Uhr (UTC)'
    """
    at = value.at
    exact = f":{at.second:02}" if at.second or at.microsecond else ""
    exact += f".{at.microsecond:06}".rstrip("0") if at.microsecond else ""
    return _write_moment(at, language, local, exact)


def write_local(at: datetime, language: Language, local: tzinfo) -> str:
    """Write an aware datetime to the minute as the clock of the provider shows it, with its zone.

    >>> write_local(datetime(2027, 3, 1, 8, 30, 5, tzinfo=UTC), "en", UTC)
    '1 March 2027, 08:30 (UTC)'
    """
    return _write_moment(at, language, local)


def _write_moment(at: datetime, language: Language, local: tzinfo, exact: str = "") -> str:
    try:
        there = at.astimezone(local)
    except OverflowError:
        there, local = at, UTC
    if there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset():
        there, local = at.astimezone(UTC), UTC
    grammar = read_grammar(language)
    day, time = grammar.write_day(there.date()), grammar.write_time(there.strftime("%H:%M") + exact)
    return say(language, "policy.moment", day=day, time=time, zone=local)


def write_clock(value: ClockTime, language: Language, local: tzinfo) -> str:
    """Write a time of the day and its zone, the provider's own unless stated.

    >>> write_clock(ClockTime(30_600), "de", UTC)
    '08:30 Uhr (UTC)'
    """
    text = f"{value.seconds // 3600:02}:{value.seconds // 60 % 60:02}"
    text += f":{value.seconds % 60:02}" if value.seconds % 60 else ""
    return f"{read_grammar(language).write_time(text)} ({_zone(value.offset, local)})"


def write_duration(value: Duration, language: Language) -> str:
    """Write a length of time in years and months, days, hours, minutes and seconds.

    >>> write_duration(Duration(14, 5_400_000), "en")
    '1 year 2 months 1 hour 30 minutes'
    """
    seconds, thousandths = divmod(value.milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    counts: list[Decimal] = [
        *(Decimal(count) for count in divmod(value.months, 12)),
        *(Decimal(count) for count in divmod(hours, 24)),
        Decimal(minutes),
        Decimal(seconds) + Decimal(thousandths) / 1000,
    ]
    grammar = read_grammar(language)
    parts = [grammar.write_length(count, unit) for count, unit in zip(counts, _UNITS, strict=True) if count]
    return " ".join(parts) or grammar.write_length(Decimal(0), "second")


def _zone(offset: int | None, local: tzinfo) -> str:
    if offset is None:
        return str(local)
    if not offset:
        return "UTC"
    return f"UTC{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
