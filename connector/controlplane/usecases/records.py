"""What an auditor asks for: the audit log with its proofs, and each use with its parties and purpose."""

import asyncio
from collections.abc import Sequence

import msgspec

from connector.audit.export import export
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid
from connector.controlplane.core.pages import walk
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.entities import Agreement, Asset, CountedUse, PageBounds


class UseRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One use with the name of the counterparty, the titles of the dataset, and the purposes of the agreement."""

    use: CountedUse
    counterparty_name: str
    title: dict[str, str]
    purposes: tuple[str, ...]


async def export_audit(context: Context, start: int, end: int) -> tuple[str, ...]:
    """Return the lines of the export of the audit log from `start` to before `end` (ms). Raises Invalid."""
    leaves = [leaf async for leaf in walk(lambda page: context.store.leaves(context.owner, page))]
    try:
        # Thousands of hashes would hold up every other request.
        lines = await asyncio.to_thread(lambda: tuple(export(context.owner, leaves, start, end)))
    except ValueError as error:
        raise Invalid("period", str(error)) from error
    return tuple(line.decode().rstrip("\n") for line in lines)


async def list_uses(
    evaluator: Evaluator, page: PageBounds, *, agreement_id: str | None = None
) -> tuple[Sequence[UseRecord], str | None]:
    """List the uses, oldest first. Raises ValueError for an unknown cursor."""
    context = evaluator.context
    rows, after = await context.store.uses(context.owner, page, agreement_id=agreement_id)
    agreements = await context.store.agreements_of(context.owner, sorted({row.agreement_id for row in rows}))
    purposes = {key: agreement.purposes for key, agreement in agreements.items()}
    assets = await context.store.assets_of(context.owner, sorted({row.dataset for row in rows if row.providing}))
    titles = {row: _find_title(row, agreements.get(row.agreement_id), assets.get(row.dataset)) for row in rows}
    return [_describe(evaluator, row, titles[row], purposes.get(row.agreement_id, ())) for row in rows], after


def _find_title(use: CountedUse, agreement: Agreement | None, asset: Asset | None) -> dict[str, str]:
    """Return the titles of a dataset: those of its agreement, else of the own asset."""
    return (agreement.title if agreement else {}) or (asset.title if asset and use.providing else {})


def _describe(evaluator: Evaluator, use: CountedUse, title: dict[str, str], purposes: tuple[str, ...]) -> UseRecord:
    name = evaluator.context.find_name(use.counterparty)
    return UseRecord(use=use, counterparty_name=name, title=title, purposes=purposes)
