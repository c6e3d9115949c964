"""English sentences about what an inspection finds in data."""

SENTENCES: dict[str, str] = {
    "empty": "{name} is empty in all {count} rows.",
    "missing": "{name} is empty in {count} of {of} rows.",
    "placeholder": "{name} has {example} in {count} of {of} rows, far from all other values: it seems to stand for a "
    "missing value.",
    "epoch": "{name} is of 1970 in {count} of {of} rows ({example}): a time that was never set.",
    "old": "{name} is much older in {count} of {of} rows than in the others ({detail}): something there has stopped.",
    "implausible": "{name} is outside the plausible range {detail} in {count} of {of} rows, such as {example}.",
    "stuck": "{name} is exactly {example} in {count} of {of} rows: the end of the scale, or a stuck sensor.",
    "damaged": "{name} has damaged characters in {count} of {of} rows, such as {example}: export it as UTF-8 again.",
    "no-number": "{name} has no house number in {count} of {of} rows, such as {example}.",
    "vague-date": "{name} has dates in {count} of {of} rows that can be read in several ways, such as {example}: write "
    "2026-05-01.",
    "gaps": "The series {name} has {count} gaps: {detail} readings are missing at a step of {example}.",
    "same-time": "The series {name} has the same time again in {count} rows.",
    "duplicate": "{count} of {of} rows are equal to another one in every field.",
    "alike": "{count} of {of} rows are equal to another one except for {detail}.",
    "key": "{name} repeats: {count} keys occur more than once, with {extra} further rows. The fields that differ each "
    "time: {detail}.",
    "equal": "{name} and {detail} are equal in all {count} rows.",
    "crs": "The coordinates are in {detail}, not in WGS 84: they are converted where a form needs it.",
    "crs-guessed": "The coordinates in {name} look like {detail}, but the data does not say so: state `crs`.",
    "crs-unknown": "The reference system of the coordinates in {name} is unknown: state `crs`.",
    "no-place": "{name} has no possible place in {count} of {of} rows, such as {example}.",
    "swapped": "{name} has east and north swapped in {count} of {of} rows, such as {example}.",
    "outside": "{name} is far away from all others in {count} of {of} rows, such as {example}.",
    "no-code-page": "The Shapefile does not say which encoding its texts have (no .cpg): it was found in the texts.",
}
