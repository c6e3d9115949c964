"""The rules of German: signs, months, dates and units of time."""

from connector.language.grammar import Grammar

GRAMMAR = Grammar(
    quotation_marks=("„", "“"),
    thousands=".",
    decimal=",",
    months=(
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ),
    day="{day}. {month} {year}",
    time="{time} Uhr",
    units={
        "year": ("Jahr", "Jahre"),
        "month": ("Monat", "Monate"),
        "day": ("Tag", "Tage"),
        "hour": ("Stunde", "Stunden"),
        "minute": ("Minute", "Minuten"),
        "second": ("Sekunde", "Sekunden"),
    },
)
