"""Running a process: it says that it is ready, stops at a signal, and closes when the start fails."""

import asyncio
import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from connector.app import serve
from connector.app.listeners import ListenFailed


class Recorder:
    """A process that notes what is done to it."""

    def __init__(self, fault: Exception | None = None, first: int = signal.SIGTERM) -> None:
        self.calls: list[str] = []
        self._first = first
        self._fault = fault

    async def start(self) -> None:
        self.calls.append("start")
        if self._fault:
            raise self._fault
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), self._first)

    async def stop(self) -> None:
        self.calls.append("stop")


@pytest.fixture(autouse=True)
async def _signals_as_before():
    yield
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.remove_signal_handler(number)
    gc.unfreeze()


async def test_it_says_that_it_is_ready_and_stops_at_a_signal(capsys: pytest.CaptureFixture[str]) -> None:
    process = Recorder()
    await serve._run_until_signal(process, {"protocol": "http://127.0.0.1:1", "data": "http://127.0.0.1:2"})
    assert process.calls == ["start", "stop"]
    assert capsys.readouterr().out == "ready: protocol http://127.0.0.1:1, data http://127.0.0.1:2\n"


async def test_what_is_told_after_the_start_comes_after_the_line_of_the_start(
    capsys: pytest.CaptureFixture[str],
) -> None:
    process = Recorder()

    async def started() -> None:
        assert process.calls == ["start"]
        print("first sign-in")

    await serve._run_until_signal(process, {"web": "http://127.0.0.1:4"}, started=started)
    assert capsys.readouterr().out == "ready: web http://127.0.0.1:4\nfirst sign-in\n"


SERVING = """
import asyncio, logging, os, signal, uvloop
from connector.app import logs, serve

class Process:
    async def start(self):
        logging.getLogger("connector").warning("lost")
        asyncio.get_running_loop().call_later(0.05, os.kill, os.getpid(), signal.SIGTERM)

    async def stop(self):
        logging.getLogger("connector").info("lost")

logs.set_up("human", "info")
serve.run(serve._run_until_signal(Process(), {}))
"""


@pytest.mark.parametrize(("out", "err"), [("/dev/full", "/dev/null"), ("/dev/null", "/dev/full"), ("/dev/full",) * 2])
def test_a_process_whose_output_cannot_be_written_serves_and_stops_as_any_other(out: str, err: str) -> None:
    with Path(out).open("wb") as stdout, Path(err).open("wb") as stderr:
        run = subprocess.run([sys.executable, "-c", SERVING], stdout=stdout, stderr=stderr, timeout=60, check=False)
    assert run.returncode == 0


async def test_what_is_built_at_the_start_is_looked_at_by_no_later_collection() -> None:
    gc.unfreeze()
    await serve._run_until_signal(Recorder(), {})
    assert gc.get_freeze_count() > 0


async def test_a_hangup_asks_for_the_list_and_does_not_stop_the_process() -> None:
    process = Recorder(first=signal.SIGHUP)

    def reload() -> None:
        process.calls.append("reload")
        os.kill(os.getpid(), signal.SIGTERM)

    await serve._run_until_signal(process, {}, reload)
    assert process.calls == ["start", "reload", "stop"]


async def test_a_start_that_fails_is_cleaned_up_and_never_ready(capsys: pytest.CaptureFixture[str]) -> None:
    process = Recorder(ListenFailed("The port is in use."))
    with pytest.raises(ListenFailed):
        await serve._run_until_signal(process, {})
    assert process.calls == ["start", "stop"]
    assert capsys.readouterr().out == ""


def test_the_interpreter_is_tuned_for_one_busy_process() -> None:
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    try:
        serve.tune()
        assert sys.getswitchinterval() == pytest.approx(serve.SWITCH_S)
        assert gc.get_threshold()[0] == serve.GARBAGE_FROM
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)


def test_what_a_serving_process_imports_brings_no_http_client() -> None:
    lines = "import sys, connector.settings, connector.client, connector.api.management; print('httpx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("before", [None, "/somewhere/anchors.pem"])
def test_the_import_of_aiohttp_reads_no_certificates_of_the_system_and_leaves_the_environment(
    before: str | None,
) -> None:
    told = (
        "import os, ssl; from connector.app.serve import _import_aiohttp; _import_aiohttp(); "
        "from aiohttp.connector import _SSL_CONTEXT_VERIFIED as made; "
        "print(os.environ.get('SSL_CERT_FILE'), len(made.get_ca_certs()), made.verify_mode.name)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    environment |= {"SSL_CERT_FILE": before} if before else {}
    said = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True, env=environment)
    assert said.stdout.split() == [str(before), "0", "CERT_REQUIRED"]
