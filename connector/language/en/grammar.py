"""The rules of English: signs, months, dates and units of time."""

from connector.language.grammar import Grammar

GRAMMAR = Grammar(
    quotation_marks=("“", "”"),
    thousands=",",
    decimal=".",
    months=(
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    day="{day} {month} {year}",
    time="{time}",
    units={
        "year": ("year", "years"),
        "month": ("month", "months"),
        "day": ("day", "days"),
        "hour": ("hour", "hours"),
        "minute": ("minute", "minutes"),
        "second": ("second", "seconds"),
    },
)
