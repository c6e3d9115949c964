"""The processes that answer queries: a bounded number, each with the graph that was published last."""

import asyncio
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

from connector.ports.graph import GraphAnswer, GraphDamaged, GraphQuestion, SparqlRefused
from connector.protocol.dsp.errors import clean
from connector.store.graph.wire import ANSWER_BYTES, HEAD, ROWS, SECONDS, UNOPENED, WorkerAnswer, WorkerQuestion

WORKERS = 2
# The worker ends itself; this process ends one that cannot.
_GRACE_S = 2.0

_REFUSALS: dict[str, tuple[int, str]] = {
    "syntax": (400, "The query is not a query of SPARQL 1.1 ({detail}): updates are not offered."),
    "failed": (400, "The query cannot be answered ({detail}): change it."),
    "not-acceptable": (406, "The answer of this query has none of the accepted forms: accept another one."),
    "too-large": (413, f"The answer has more than {ROWS} rows or is too long: add a LIMIT, or ask for less."),
    "too-long": (503, f"The query takes longer than {SECONDS:g} seconds: ask for less."),
    "too-much": (503, "The query takes too much memory: ask for less, or leave out what sorts or groups everything."),
}


class _RunningWorker:
    """One process with the folder of its graph."""

    def __init__(self, process: asyncio.subprocess.Process, folder: Path) -> None:
        self.process, self.folder = process, folder

    async def ask(self, question: bytes) -> bytes:
        """Return the answer to a question. Raises EOFError if the process ends before."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(HEAD.pack(len(question)) + question)
            await self.process.stdin.drain()
            head = await self.process.stdout.readexactly(HEAD.size)
            size = HEAD.unpack(head)[0]
            if size > 8 * ANSWER_BYTES:
                raise EOFError
            return await self.process.stdout.readexactly(size)
        except (ConnectionError, asyncio.IncompleteReadError):
            raise EOFError from None

    async def wait_ended(self) -> int:
        """Return the status of a process that closed its answers: it is ending, and a signal would hide why."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                return await self.process.wait()
        return await self.end()

    async def end(self) -> int:
        """Kill the process, if it still runs, and return its status."""
        with suppress(ProcessLookupError):
            self.process.kill()
        return await self.process.wait()


async def _start(*command: str) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # Nothing of the environment is the worker's, such as keys.
            env={"PYTHONPATH": ":".join(path for path in sys.path if path)},
        )
    except OSError:
        raise SparqlRefused(503, "busy", "No process can be started for the query: try again later.") from None


class WorkerPool:
    """At most `WORKERS` processes; a question waits until one is free. `find_folder` returns the published graph."""

    def __init__(self, find_folder: Callable[[], Path | None]) -> None:
        self._find_folder = find_folder
        self._idle: list[_RunningWorker] = []
        self._busy: set[_RunningWorker] = set()
        self._places = asyncio.Semaphore(WORKERS)

    async def ask(self, question: GraphQuestion) -> GraphAnswer:
        """Answer a query. Raises SparqlRefused or GraphDamaged."""
        async with self._places:
            worker = await self._take()
            self._busy.add(worker)
            try:
                found = await self._ask(worker, question)
            except BaseException:
                # Also if the caller is gone: nobody waits for the answer of an endless query.
                await worker.end()
                raise
            finally:
                self._busy.discard(worker)
            self._idle.append(worker)
        if found.refusal:
            status, sentence = _REFUSALS[found.refusal]
            raise SparqlRefused(status, found.refusal, sentence.format(detail=clean(found.detail, 200)))
        return GraphAnswer(found.media_type, found.body)

    async def _ask(self, worker: _RunningWorker, question: GraphQuestion) -> WorkerAnswer:
        asked = msgspec.msgpack.encode(WorkerQuestion(question.text, question.table, question.graph, question.graphs))
        try:
            async with asyncio.timeout(SECONDS + _GRACE_S):
                return msgspec.msgpack.decode(await worker.ask(asked), type=WorkerAnswer)
        except TimeoutError:
            code = "too-long"
        except EOFError:
            ended = await worker.wait_ended()
            if ended == UNOPENED:
                raise GraphDamaged from None
            code = "too-long" if ended == -signal.SIGALRM else "too-much"
        status, sentence = _REFUSALS[code]
        raise SparqlRefused(status, code, sentence)

    async def _take(self) -> _RunningWorker:
        """Return a process that has the graph that was published last."""
        folder = self._find_folder()
        if folder is None:
            raise SparqlRefused(503, "building", "The graph is being built: try again later.")
        while self._idle:
            worker = self._idle.pop()
            if worker.folder == folder and worker.process.returncode is None:
                return worker
            await worker.end()
        process = await _start(sys.executable, "-m", f"{__package__}.worker", str(folder))
        return _RunningWorker(process, folder)

    async def close(self) -> None:
        """Kill all processes."""
        for worker in (*self._idle, *self._busy):
            await worker.end()
        self._idle.clear()
