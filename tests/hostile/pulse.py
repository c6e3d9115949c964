"""The pulse of processes, felt from outside: `/health` is asked twenty times a second, whether or not it was answered.

Answers that come late are counted, those of an idle process beside the others: on a busy machine both are late, so
only the difference says something. `python -m tests.hostile.pulse PORT …` feels until its input ends, in a process of
its own, which what a test does cannot hold up.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

EVERY_S = 0.05
LATE_S = 0.25
NEVER_S = 30.0
REQUEST = b"GET /health HTTP/1.1\r\nHost: city\r\nConnection: close\r\n\r\n"


@dataclass
class Pulse:
    """The seconds until each answer by port, `NEVER_S` if there was none."""

    seconds: dict[int, list[float]] = field(default_factory=dict)

    def late(self, port: int) -> int:
        """Return how many answers of a process came late."""
        return sum(seconds > LATE_S for seconds in self.seconds[port])

    def unanswered(self, port: int) -> int:
        """Return how many requests had no answer at all."""
        return sum(seconds >= NEVER_S for seconds in self.seconds[port])

    def check(self, port: int, idle: int) -> None:
        """Fail if a process was late more often than the idle one beside it, but for a few times and a tenth."""
        asked, late = len(self.seconds[port]), self.late(port)
        assert not self.unanswered(port), (self.unanswered(port), asked)
        assert late <= self.late(idle) + 5 + asked // 10, (late, self.late(idle), asked)


@contextmanager
def felt(*ports: int) -> Iterator[Pulse]:
    """Feel the pulse of the processes at some ports meanwhile."""
    pulse = Pulse()
    feeling = subprocess.Popen(
        [sys.executable, "-m", "tests.hostile.pulse", *map(str, ports)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert feeling.stdout
    feeling.stdout.readline()
    try:
        yield pulse
    finally:
        said, _ = feeling.communicate("")
        pulse.seconds.update({int(port): found for port, found in json.loads(said).items()})


async def _ask(port: int) -> float:
    clock = asyncio.get_running_loop().time
    began = clock()
    try:
        async with asyncio.timeout(NEVER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST)
            said = await reader.read(20)
            writer.close()
    except OSError:
        return NEVER_S
    return clock() - began if b" 200" in said else NEVER_S


async def _feel(ports: Sequence[int]) -> dict[int, list[float]]:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(sys.stdin, ended.set)
    asking: dict[int, list[asyncio.Task[float]]] = {port: [] for port in ports}
    print("ready", flush=True)
    while not ended.is_set():
        for port in ports:
            asking[port].append(asyncio.create_task(_ask(port)))
        await asyncio.sleep(EVERY_S)
    loop.remove_reader(sys.stdin)
    return {port: list(await asyncio.gather(*tasks)) for port, tasks in asking.items()}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_feel([int(word) for word in sys.argv[1:]]))))
