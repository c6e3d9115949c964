"""68 situations in which a rule is active or not: the ground the public test suite covers, in our own words.

A row: what it shows, policy, (action, target, party), state of the world, active in suite mode, and where duties that
come first make a difference, active then.
"""

from datetime import UTC, date, datetime, timedelta

NS = "urn:dk:vector:"
ANNA, BORIS, MAP, LOG = NS + "anna", NS + "boris", NS + "map", NS + "log"
TEAM, SHELF = NS + "team", NS + "shelf"
NOW = datetime(2026, 3, 2, 8, 30, 0, 500_000, tzinfo=UTC)
MOMENT = "2026-03-02T08:30:00.500Z"

DUTY = {"@id": NS + "pay", "action": "odrl:compensate"}


def when(operator: str, moment: str) -> dict[str, object]:
    value = {"@value": moment, "@type": "xsd:dateTime"}
    return {"leftOperand": "odrl:dateTime", "operator": operator, "rightOperand": value}


def between(start: str, end: str) -> dict[str, object]:
    return {"and": [when("gt", start), when("lt", end)]}


def office_hours(days: int) -> dict[str, object]:
    """One window from nine to five for each of so many weekdays from New Year 2026 on."""
    windows: list[object] = []
    day = date(2026, 1, 1)
    while len(windows) < days:
        if day.weekday() < 5:
            windows.append(between(f"{day}T09:00:00Z", f"{day}T17:00:00Z"))
        day += timedelta(days=1)
    return {"or": windows}


def timed(operator: str) -> tuple[str, dict[str, object]]:
    return "permission", {
        "assignee": ANNA,
        "action": "odrl:read",
        "target": MAP,
        "constraint": [when(operator, MOMENT)],
    }


THIS_YEAR = between("2026-01-01T00:00:00Z", "2026-12-31T23:59:59Z")
POLICIES: dict[str, tuple[str, dict[str, object]]] = {
    "anything goes": ("permission", {}),
    "nothing goes": ("prohibition", {}),
    "use": ("permission", {"action": "use"}),
    "no use": ("prohibition", {"action": "use"}),
    "Anna uses": ("permission", {"assignee": ANNA, "action": "use"}),
    "Boris must not use": ("prohibition", {"assignee": BORIS, "action": "use"}),
    "Anna reads": ("permission", {"assignee": ANNA, "action": "odrl:read"}),
    "Anna reads the map": ("permission", {"assignee": ANNA, "action": "odrl:read", "target": MAP}),
    **{operator: timed(operator) for operator in ("eq", "neq", "lt", "lteq", "gt", "gteq")},
    "this year": (
        "permission",
        {"assignee": ANNA, "action": "odrl:read", "target": MAP, "constraint": [THIS_YEAR]},
    ),
    "the team reads": ("permission", {"assignee": TEAM, "action": "odrl:read", "target": MAP}),
    "Anna reads the shelf": ("permission", {"assignee": ANNA, "action": "odrl:read", "target": SHELF}),
    "the team reads the shelf": ("permission", {"assignee": TEAM, "action": "odrl:read", "target": SHELF}),
    "Anna pays and reads": ("permission", {"assignee": ANNA, "action": "odrl:read", "target": MAP, "duty": [DUTY]}),
    "office hours": (
        "permission",
        {"assignee": ANNA, "action": "odrl:read", "target": MAP, "constraint": [office_hours(262)]},
    ),
    "the team pays and reads this year": (
        "permission",
        {"assignee": TEAM, "action": "odrl:read", "target": MAP, "duty": [DUTY], "constraint": [THIS_YEAR]},
    ),
}

WORLDS: dict[str, dict[str, object]] = {
    "now": {},
    "a year ago": {"at": NOW - timedelta(days=365)},
    "in a year": {"at": NOW + timedelta(days=365)},
    "at nine thirty": {"at": NOW + timedelta(hours=1)},
    "Anna in the team": {"part_of": {ANNA: TEAM}},
    "map on the shelf": {"part_of": {MAP: SHELF}},
    "both": {"part_of": {ANNA: TEAM, MAP: SHELF}},
    "paid": {"pay": "fulfilled"},
    "not paid in time": {"pay": "violated"},
    "team a year ago": {"at": NOW - timedelta(days=365), "part_of": {ANNA: TEAM}},
}

ANNA_READS, ANNA_WRITES = ("odrl:read", MAP, ANNA), ("odrl:write", MAP, ANNA)
ANNA_SELLS, ANNA_READS_LOG = ("odrl:sell", MAP, ANNA), ("odrl:read", LOG, ANNA)
BORIS_READS, BORIS_SELLS = ("odrl:read", MAP, BORIS), ("odrl:sell", MAP, BORIS)
BORIS_WRITES_LOG = ("odrl:write", LOG, BORIS)

SITUATIONS: list[tuple[str, str, tuple[str, str, str], str, bool, bool]] = [
    (f"{policy}: {request[0]} by {request[2][-5:]}, {world}", policy, request, world, active, first)
    for policy, rows in {
        "anything goes": [(ANNA_READS, "now", 1), (BORIS_READS, "now", 1), (BORIS_WRITES_LOG, "now", 1)],
        "nothing goes": [(ANNA_READS, "now", 1), (BORIS_READS, "now", 1), (BORIS_WRITES_LOG, "now", 1)],
        "use": [
            (ANNA_READS, "now", 1),
            (BORIS_READS, "now", 1),
            (BORIS_WRITES_LOG, "now", 1),
            (ANNA_SELLS, "now", 0),
        ],
        "no use": [
            (ANNA_READS, "now", 1),
            (BORIS_READS, "now", 1),
            (BORIS_WRITES_LOG, "now", 1),
            (ANNA_SELLS, "now", 0),
        ],
        "Anna uses": [(ANNA_READS, "now", 1), (BORIS_READS, "now", 0), (ANNA_SELLS, "now", 0)],
        "Boris must not use": [(ANNA_READS, "now", 0), (BORIS_READS, "now", 1), (BORIS_SELLS, "now", 0)],
        "Anna reads": [
            (ANNA_READS, "now", 1),
            (ANNA_SELLS, "now", 0),
            (ANNA_READS_LOG, "now", 1),
            (ANNA_WRITES, "now", 0),
            (BORIS_READS, "now", 0),
        ],
        "Anna reads the map": [
            (ANNA_READS, "now", 1),
            (ANNA_WRITES, "now", 0),
            (ANNA_READS_LOG, "now", 0),
            (BORIS_WRITES_LOG, "now", 0),
        ],
        "eq": [(ANNA_READS, "now", 1), (ANNA_READS, "a year ago", 0), (ANNA_READS, "in a year", 0)],
        "neq": [(ANNA_READS, "now", 0), (ANNA_READS, "a year ago", 1), (ANNA_READS, "in a year", 1)],
        "lt": [(ANNA_READS, "now", 0), (ANNA_READS, "a year ago", 1), (ANNA_READS, "in a year", 0)],
        "lteq": [(ANNA_READS, "now", 1), (ANNA_READS, "a year ago", 1), (ANNA_READS, "in a year", 0)],
        "gt": [(ANNA_READS, "now", 0), (ANNA_READS, "a year ago", 0), (ANNA_READS, "in a year", 1)],
        "gteq": [(ANNA_READS, "now", 1), (ANNA_READS, "a year ago", 0), (ANNA_READS, "in a year", 1)],
        "this year": [(ANNA_READS, "now", 1), (ANNA_READS, "a year ago", 0), (ANNA_READS, "in a year", 0)],
        "the team reads": [(ANNA_READS, "Anna in the team", 1), (BORIS_READS, "Anna in the team", 0)],
        "Anna reads the shelf": [(ANNA_READS, "map on the shelf", 1), (ANNA_READS_LOG, "map on the shelf", 0)],
        "the team reads the shelf": [
            (ANNA_READS, "both", 1),
            (ANNA_READS_LOG, "both", 0),
            (BORIS_READS, "both", 0),
            (BORIS_WRITES_LOG, "both", 0),
        ],
        "Anna pays and reads": [
            (ANNA_READS, "now", 1, 0),
            (ANNA_READS, "paid", 1),
            (ANNA_READS, "not paid in time", 0),
        ],
        "office hours": [
            (ANNA_READS, "at nine thirty", 1),
            (ANNA_READS, "now", 0),
            (ANNA_READS, "a year ago", 0),
        ],
        "the team pays and reads this year": [
            (ANNA_READS, "Anna in the team", 1, 0),
            (BORIS_SELLS, "Anna in the team", 0),
            (ANNA_READS, "team a year ago", 0),
            (BORIS_WRITES_LOG, "team a year ago", 0),
        ],
    }.items()
    for request, world, active, first in ((row[0], row[1], bool(row[2]), bool(row[-1])) for row in rows)
]
