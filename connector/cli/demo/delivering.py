"""The third act: data moves by push, by pull and from a live source, and digests are compared."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from connector.cli.demo.agreeing import reach_agreement
from connector.cli.demo.show import WAIT_S, NotShown, Show, choose_title
from connector.client.delivery import SavedFiles
from connector.views.assets import AssetView


def push(show: Show) -> str:
    """Let the department send the first dataset, and compare the digests."""
    asset = show.assets[0]
    saved = _receive(show, asset, "pushed", push=True)
    named = saved.files[0].path if len(saved.files) == 1 else choose_title(asset)
    moved = sum(file.size for file in saved.files)
    return show.say("demo.push", file=named, size=show.output.format_size(moved), digest=saved.files[0].sha256[:16])


def pull(show: Show) -> str:
    """Fetch every dataset, and compare the digest of every file."""
    count = 0
    for asset in show.assets:
        count += len(_receive(show, asset, f"pulled-{count}", push=False).files)
    return show.say("demo.pull", count=count)


def pull_live(show: Show) -> str:
    """Keep a transfer of the live source open and pull twice."""
    begun = show.firm.transfers.start(reach_agreement(show, show.live_asset), keep=True)
    transfer = show.firm.transfers.wait(begun.id, timeout_s=WAIT_S)
    if transfer.state != "STARTED":
        raise NotShown("demo.not-live", state=transfer.state, ended=transfer.ended)
    show.live_transfer = transfer
    first, second = pull_reading(show), pull_reading(show)
    if first == second:
        raise NotShown("demo.not-changing")
    return show.say("demo.live", first=first, second=second)


def pull_reading(show: Show) -> str:
    """Pull the live source once and return its reading."""
    transfer = show.running_transfer
    show.firm.transfers.pull(transfer.id)
    target = show.stage.base / "live.json"
    show.firm.transfers.download(transfer.id, target, overwrite=True)
    return f"#{json.loads(target.read_text(encoding='utf-8'))['reading']}"


def _receive(show: Show, asset: AssetView, folder: str, *, push: bool) -> SavedFiles:
    """Transfer a dataset, save its files in a folder, and compare them with the offered files."""
    begun = show.firm.transfers.start(reach_agreement(show, asset), push=push)
    transfer = show.firm.transfers.wait(begun.id, timeout_s=WAIT_S)
    if transfer.state != "COMPLETED":
        actual = f"{transfer.state}: {transfer.ended}"
        raise NotShown("demo.not-completed", asset=choose_title(asset), actual=actual)
    saved = show.firm.transfers.download(transfer.id, show.stage.base / folder / "")
    offered = _compute_digests(show, asset)
    if sorted(file.sha256 for file in saved.files) != sorted(offered):
        raise NotShown("demo.files-differ", count=len(saved.files), offered=len(offered))
    return saved


def _compute_digests(show: Show, asset: AssetView) -> list[str]:
    """Return the digests of the offered files."""
    root = (show.data.parent if show.data else show.stage.base / "offered") / asset.source["path"]
    files: Iterable[Path] = [root] if root.is_file() else (path for path in root.rglob("*") if path.is_file())
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
