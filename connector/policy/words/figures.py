"""Numbers, units, dates, times and durations as people of a language write them; nothing is rounded.

Pure: standard library only.
"""

from datetime import date, datetime
from decimal import Decimal

from connector.policy.model.model import ClockTime, Day, Duration, Instant, Number
from connector.policy.vocabulary.registry import Operand
from connector.policy.words.language import Language, Pair, choose, quote

_MONTHS: tuple[Pair, ...] = (
    ("Januar", "January"),
    ("Februar", "February"),
    ("März", "March"),
    ("April", "April"),
    ("Mai", "May"),
    ("Juni", "June"),
    ("Juli", "July"),
    ("August", "August"),
    ("September", "September"),
    ("Oktober", "October"),
    ("November", "November"),
    ("Dezember", "December"),
)
_LENGTHS: tuple[tuple[Pair, Pair], ...] = (
    (("Jahr", "year"), ("Jahre", "years")),
    (("Monat", "month"), ("Monate", "months")),
    (("Tag", "day"), ("Tage", "days")),
    (("Stunde", "hour"), ("Stunden", "hours")),
    (("Minute", "minute"), ("Minuten", "minutes")),
    (("Sekunde", "second"), ("Sekunden", "seconds")),
)
_MOST_DECIMALS = 3


def amount(value: Decimal, language: Language) -> str:
    """Write a number with the separators of the language."""
    whole, _point, decimals = format(value, "f").partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    grouped = f"{int(digits):,}".replace(",", choose(language, (".", ",")))
    decimals = decimals.rstrip("0")
    return sign + grouped + (choose(language, (",", ".")) + decimals if decimals else "")


def number(value: Number, operand: Operand, language: Language) -> str:
    """Write an amount with its unit, in the greatest unit of the operand that keeps it short and exact."""
    if not value.unit:
        return amount(value.amount, language)
    if value.unit != operand.unit:
        return f"{amount(value.amount, language)} {quote(value.unit, language)}"
    factors = {factor: name for name, factor in operand.units.items() if ":" not in name}
    fitting = [factor for factor in sorted(factors) if factor <= abs(value.amount) and _short(value.amount, factor)]
    factor = fitting[-1] if fitting else 1
    if factor not in factors:
        return f"{amount(value.amount, language)} {quote(value.unit, language)}"
    shown = amount(value.amount / factor if factor != 1 else value.amount, language)
    if factors[factor] == "EUR" and shown[-2:-1] == choose(language, (",", ".")):
        shown += "0"
    return f"{shown} {factors[factor]}"


def _short(value: Decimal, factor: int) -> bool:
    scaled = (value / factor).normalize()
    exponent = scaled.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -_MOST_DECIMALS and scaled * factor == value


def calendar_day(when: date, language: Language) -> str:
    """Write a day: `31. Dezember 2026`, `31 December 2026`."""
    return f"{when.day}{choose(language, ('.', ''))} {choose(language, _MONTHS[when.month - 1])} {when.year}"


def day(value: Day, language: Language) -> str:
    """Write a day and its zone, if that is not UTC."""
    return calendar_day(value.day, language) + (f" ({_zone(value.offset)})" if value.offset else "")


def instant(value: Instant, language: Language) -> str:
    """Write an instant to the minute, or as exactly as it is given, in UTC."""
    return moment(value.at, language)


def moment(at: datetime, language: Language) -> str:
    """Write an aware UTC datetime."""
    exact = at.strftime("%H:%M")
    if at.second or at.microsecond:
        exact += at.strftime(":%S") + (f".{at.microsecond:06}".rstrip("0") if at.microsecond else "")
    return f"{calendar_day(at.date(), language)}, {exact}{choose(language, (' Uhr', ''))} (UTC)"


def clock(value: ClockTime, language: Language) -> str:
    """Write a time of the day and its zone, the provider's own unless stated."""
    text = f"{value.seconds // 3600:02}:{value.seconds // 60 % 60:02}"
    text += f":{value.seconds % 60:02}" if value.seconds % 60 else ""
    zone = choose(language, ("Ortszeit", "local time")) if value.offset is None else _zone(value.offset)
    return f"{text}{choose(language, (' Uhr', ''))} ({zone})"


def duration(value: Duration, language: Language) -> str:
    """Write a length of time in years and months, days, hours, minutes and seconds."""
    seconds, thousandths = divmod(value.milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    counts: list[Decimal] = [
        *(Decimal(count) for count in divmod(value.months, 12)),
        *(Decimal(count) for count in divmod(hours, 24)),
        Decimal(minutes),
        Decimal(seconds) + Decimal(thousandths) / 1000,
    ]
    parts = [
        f"{amount(count, language)} {choose(language, names[count != 1])}"
        for count, names in zip(counts, _LENGTHS, strict=True)
        if count
    ]
    return " ".join(parts) or f"0 {choose(language, _LENGTHS[-1][1])}"


def _zone(offset: int) -> str:
    if not offset:
        return "UTC"
    return f"UTC{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
