"""Usual values of a column, changed by expressions of the engine: `formats.tables` says which, and what is left.

A number is read as whole millionths: below 10 ** 15 of them, a float of 64 bits and its product are exact enough for
the nearest whole number to be the right one.
"""

import re

import polars as pl

from connector.dataplane.formats.tables import DECIMALS, Usual, UsualInstants, UsualNumbers

_MILLION: int = 10**DECIMALS
_DAY = r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
_TIME = r"(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?"


def make_usual(column: pl.Expr, usual: Usual) -> tuple[pl.Expr, pl.Expr]:
    """Return whether a value is a usual one, and what is made of it."""
    if isinstance(usual, UsualInstants):
        found = column.str.contains(f"^{_DAY}{_TIME}$") & ~column.str.starts_with("0000")
        return found, column.str.slice(0, usual.length)
    return _find_numbers(column, usual), _cut_numbers(column, usual)


def count_millionths(column: pl.Expr, sign: str) -> pl.Expr:
    """Return a number with at most six decimals as whole millionths; below 10 ** 15 of them the count is exact."""
    plain = column if sign == "." else column.str.replace(sign, ".", literal=True)
    return (plain.cast(pl.Float64, strict=False) * _MILLION).round().cast(pl.Int64, strict=False)


def _find_numbers(column: pl.Expr, usual: UsualNumbers) -> pl.Expr:
    sign = re.escape(usual.sign)
    found = column.str.contains(rf"^(?:0|[1-9][0-9]{{0,8}})(?:{sign}[0-9]{{1,{DECIMALS}}})?$")
    return found if usual.certain else found & ~column.str.contains(rf"{sign}[0-9]{{3}}$")


def _cut_numbers(column: pl.Expr, usual: UsualNumbers) -> pl.Expr:
    places = usual.places
    scale: int = 10**places
    digits = count_millionths(column, usual.sign) // (_MILLION // scale) // usual.units * usual.units
    if not places:
        return digits.cast(pl.String)
    shown = (digits % scale).cast(pl.String).str.zfill(places)
    return pl.concat_str((digits // scale).cast(pl.String), pl.lit(usual.sign), shown)
