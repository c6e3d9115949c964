"""English sentences about what an inspection finds in data."""

SENTENCES: dict[str, str] = {
    "empty": "{name} is empty in all {count} rows.",
    "empty-one": "{name} is empty in the only row.",
    "missing": "{name} is empty in {count} of {of} rows.",
    "missing-one": "{name} is empty in 1 of {of} rows.",
    "placeholder": "{name} has {example} in {count} of {of} rows, far from all other values: it seems to stand for a "
    "missing value.",
    "placeholder-one": "{name} has {example} in 1 of {of} rows, far from all other values: it seems to stand for a "
    "missing value.",
    "epoch": "{name} is of 1970 in {count} of {of} rows ({example}): a time that was never set.",
    "epoch-one": "{name} is of 1970 in 1 of {of} rows ({example}): a time that was never set.",
    "old": "{name} is much older in {count} of {of} rows than in the others ({detail}): something there has stopped.",
    "old-one": "{name} is much older in 1 of {of} rows than in the others ({detail}): something there has stopped.",
    "implausible": "{name} is outside the plausible range {detail} in {count} of {of} rows, such as {example}.",
    "implausible-one": "{name} is outside the plausible range {detail} in 1 of {of} rows, such as {example}.",
    "stuck": "{name} is exactly {example} in {count} of {of} rows: the end of the scale, or a stuck sensor.",
    "stuck-one": "{name} is exactly {example} in 1 of {of} rows: the end of the scale, or a stuck sensor.",
    "damaged": "{name} has damaged characters in {count} of {of} rows, such as {example}: export it as UTF-8 again.",
    "damaged-one": "{name} has damaged characters in 1 of {of} rows, such as {example}: export it as UTF-8 again.",
    "no-number": "{name} has no house number in {count} of {of} rows, such as {example}.",
    "no-number-one": "{name} has no house number in 1 of {of} rows, such as {example}.",
    "vague-date": "{name} has dates in {count} of {of} rows that can be read in several ways, such as {example}: "
    "write 2026-05-01.",
    "vague-date-one": "{name} has dates in 1 of {of} rows that can be read in several ways, such as {example}: write "
    "2026-05-01.",
    "gaps": "The series {name} has {count} gaps: {detail} readings are missing at a step of {example}.",
    "gaps-one": "The series {name} has 1 gap: {detail} readings are missing at a step of {example}.",
    "same-time": "The series {name} has the same time again in {count} rows.",
    "same-time-one": "The series {name} has the same time again in 1 row.",
    "duplicate": "{count} of {of} rows are equal to another one in every field.",
    "duplicate-one": "1 of {of} rows is equal to another one in every field.",
    "alike": "{count} of {of} rows are equal to another one except for {detail}.",
    "alike-one": "1 of {of} rows is equal to another one except for {detail}.",
    "key": "{name} repeats: {count} keys occur more than once, with {extra} further rows. The fields that differ each "
    "time: {detail}.",
    "key-one": "{name} repeats: 1 key occurs more than once, with {extra} further rows. The fields that differ each "
    "time: {detail}.",
    "equal": "{name} and {detail} are equal in all {count} rows.",
    "equal-one": "{name} and {detail} are equal in the only row.",
    "crs": "The coordinates are in {detail}, not in WGS 84: they are converted where a form needs it.",
    "crs-guessed": "The coordinates in {name} look like {detail}, but the data does not say so: state `crs`.",
    "crs-unknown": "The reference system of the coordinates in {name} is unknown: state `crs`.",
    "no-place": "{name} has no possible place in {count} of {of} rows, such as {example}.",
    "no-place-one": "{name} has no possible place in 1 of {of} rows, such as {example}.",
    "swapped": "{name} has east and north swapped in {count} of {of} rows, such as {example}.",
    "swapped-one": "{name} has east and north swapped in 1 of {of} rows, such as {example}.",
    "outside": "{name} is far away from all others in {count} of {of} rows, such as {example}.",
    "outside-one": "{name} is far away from all others in 1 of {of} rows, such as {example}.",
    "nameless": "The column without a name",
    "no-code-page": "The Shapefile does not say which encoding its texts have (no .cpg that can be used): it was found "
    "in the texts.",
    "more-sheets": "The workbook has more sheets ({detail}): only the first visible one is inspected, but the whole "
    "file is delivered.",
    "formulas-unkept": "The sheet has formulas without a saved result, whose values are empty: save the workbook once "
    "with a spreadsheet program.",
    "error-cells": "The sheet has cells with an error such as #DIV/0!, whose values are empty: correct them.",
    "hidden-cells": "The sheet has hidden rows or columns, which are delivered like all others: delete them if they "
    "are not to leave.",
    "merged-cells": "The sheet has merged cells, of which only the first one has the value: split them, and fill in "
    "the value in each row.",
    "more-layers": "The GeoPackage has more layers ({detail}): only the first one is inspected, but the whole file "
    "is delivered.",
    "title-lines": "The names of the columns stand in line {detail} only ({example}): leave out the {count} lines "
    "before them at the source, or the table is not read.",
    "title-lines-one": "The names of the columns stand in line {detail} only ({example}): leave out the line before "
    "them at the source, or the table is not read.",
    "old-encoding": "The text is neither UTF-8 nor windows-1252: by its letters it is {detail}. Check its umlauts, or "
    "state `encoding`.",
    "gtfs-commas": "{detail} of the GTFS separates its values by another sign than commas: it is read here, but "
    "programs for timetables expect commas.",
    "photo-place": "The photo says where it was taken ({example}): remove the place if it is not to be public.",
}
