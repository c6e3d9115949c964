"""`get` is killed before and after each of its requests and each change of a file, and repeated: one use, one file."""

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.client.get import WantedOffer
from connector.views.assets import AssetOrder, DataClass
from tests.crash.space import CONTENT, NAME, Space, space

ONCE = {
    "permission": [{"action": "use", "constraint": [{"leftOperand": "count", "operator": "lteq", "rightOperand": 1}]}]
}
# The last change is the removal of the note: whoever asks after it asks for a further use.
LAST = "after unlink .part"


def _get(both: Space, wanted: WantedOffer, place: Path, at: int, told: Callable[[str], None], *, push: bool) -> None:
    """Get in this process, which kills itself at the event with this number, and tells the name of each."""
    numbers = count(1)

    def around(place: Any, name: str) -> None:
        call = getattr(place, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            what = f"{name} {getattr(arguments[0], 'suffix', '')}".strip()
            event(f"before {what}")
            result = call(*arguments, **options)
            event(f"after {what}")
            return result

        setattr(place, name, watched)

    def event(name: str) -> None:
        told(name)
        if next(numbers) == at:
            os.kill(os.getpid(), signal.SIGKILL)

    around(httpx.Client, "send")
    around(os, "link")
    for name in ("write_text", "replace", "unlink"):
        around(Path, name)
    with both.firm.actor.client() as firm:
        firm.get(wanted, f"{place}/", timeout_s=30, push=push)


def _strike(both: Space, folder: Path, at: int, *, push: bool) -> list[str]:
    """Kill a `get` of a dataset with one use at an event and repeat it; return the events until then."""
    order = AssetOrder(
        title={"de": "Luft"},
        source={"kind": "file", "path": NAME},
        policy=ONCE,
        data_class=DataClass.OPEN,
        licence="cc-by/4.0",
        media_type="text/csv",
    )
    dataset = both.city.client.assets.publish(both.city.client.assets.add(order).id).id
    wanted = WantedOffer(participant=both.city.actor.id, dataset=dataset)
    place, log = folder / f"{'push' if push else 'pull'} {at}", folder / "events"
    place.mkdir()
    log.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        with log.open("a", encoding="utf-8", buffering=1) as lines:
            try:
                _get(both, wanted, place, at, lambda name: lines.write(name + "\n") and None, push=push)
            finally:
                os._exit(0)
    os.waitpid(child, 0)
    events = log.read_text(encoding="utf-8").splitlines()
    if LAST not in events:
        found = both.firm.client.get(wanted, f"{place}/", timeout_s=30, push=push)
        assert both.firm.client.agreements.usage(found.agreement).uses == 1, f"{events[-1]}, event {at}"
    # The lock file of a killed process hinders nobody: the lock ended with the process.
    saved = [file for file in place.iterdir() if file.suffix != ".lock"]
    assert [(file.name, file.read_bytes()) for file in saved] == [(NAME, CONTENT)], events
    return events


@pytest.mark.e2e
@pytest.mark.parametrize("push", [False, True])
def test_a_get_that_is_killed_anywhere_and_repeated_is_one_use_and_one_file(tmp_path: Path, push: bool) -> None:
    with space(tmp_path) as both:
        for at in count(1):
            events = _strike(both, tmp_path, at, push=push)
            if LAST in events:
                break
    assert len(events) > 20
