"""A real CKAN with its extension for DCAT: PostgreSQL, Redis, Solr and CKAN as processes, and its action API.

CKAN is under the AGPL: it is installed into `build/` and runs as a process of its own.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
BUILD = ROOT / "build" / "ckan"
PACKAGES = ("ckan[requirements]==2.12.0", "ckanext-dcat==2.4.4")
# Debian's packages of Redis and the libraries that it loads.
REDIS = ("redis-tools", "libjemalloc2", "liblua5.1-0", "liblzf1", "lua-bitop", "lua-cjson")
READY_S = 300.0
# Each word of CKAN's command line takes a dozen seconds to load: several run in one process.
WORDS = """
import json, sys
from ckan.cli.cli import ckan
for words in json.loads(sys.argv[1]):
    ckan(words, standalone_mode=False)
"""


def install() -> None:
    """Bring CKAN, Solr and, where the system has none, Redis into `build/`."""
    for tool in ("java", "mvn", "initdb", "postgres"):
        assert shutil.which(tool), f"CKAN needs {tool}: install PostgreSQL, a JDK 17 and Maven."
    BUILD.mkdir(parents=True, exist_ok=True)
    if not (BUILD / "venv" / "bin" / "ckan").exists():
        run(sys.executable, "-m", "venv", str(BUILD / "venv"))
        run(str(ROOT / ".venv/bin/uv"), "pip", "install", "-q", "--python", str(BUILD / "venv/bin/python"), *PACKAGES)
    if not list((BUILD / "solr").glob("solr-test-framework-*.jar")):
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        options = ["-DincludeScope=runtime", f"-DoutputDirectory={BUILD / 'solr'}"]
        run("mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(HERE / "pom.xml"), plugin, *options)
    if not shutil.which("redis-server") and not list((BUILD / "redis").glob("root/usr/bin/redis-server")):
        (BUILD / "redis").mkdir(exist_ok=True)
        run("apt-get", "download", "redis-server", *REDIS, cwd=BUILD / "redis")
        for package in (BUILD / "redis").glob("*.deb"):
            run("dpkg", "-x", str(package), str(BUILD / "redis" / "root"))


def run(*command: str, cwd: Path | None = None) -> str:
    """Run a command to its end; return what it prints."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
    return done.stdout


def find_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def until(happened: Callable[[], bool], seconds: float = READY_S) -> None:
    """Wait until something happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "It did not happen in time."
        time.sleep(0.1)


class Ckan:
    """One CKAN in a folder; `url` is its address. `stop_web` and `start_web` end and begin its listener alone."""

    def __init__(self, folder: Path, *, datastore: bool = False) -> None:
        """Make a CKAN, with its DataStore if wanted."""
        self.folder = folder
        self._datastore = datastore
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._http = httpx.Client(base_url=self.url, timeout=180)
        self._processes: list[subprocess.Popen[bytes]] = []
        self._web: subprocess.Popen[bytes] | None = None
        self._token = ""

    def start(self) -> None:
        """Start all processes, and make a user whose token the tests use."""
        install()
        database, redis, solr = (find_port() for _ in range(3))
        self._start_postgres(database)
        self._start_redis(redis)
        self._start_solr(solr)
        self._configure(database, redis, solr)
        told = self._ckan(
            ["db", "init"],
            ["user", "add", "tester", "email=t@city.example", "password=test-only-4711"],
            ["sysadmin", "add", "tester"],
            ["user", "token", "add", "-q", "tester", "tests"],
        )
        self._token = told.split()[-1]
        if self._datastore:
            rights = self.folder / "rights.sql"
            rights.write_text(self._ckan(["datastore", "set-permissions"]), "utf-8")
            place = ["-h", "127.0.0.1", "-p", str(database), "-U", "ckan", "-d", "datastore"]
            run("psql", *place, "-v", "ON_ERROR_STOP=1", "-f", str(rights))
        self.start_web()

    def start_web(self) -> None:
        """Start the listener of CKAN."""
        options = ["run", "--host", "127.0.0.1", "--port", str(self.port), "--disable-reloader"]
        self._web = self._begin("web", [str(BUILD / "venv/bin/ckan"), "-c", str(self._settings), *options])
        until(self._answers)

    def stop_web(self) -> None:
        """End the listener of CKAN."""
        assert self._web is not None
        self._processes.remove(self._web)
        self._web.kill()
        self._web.wait(30)

    def stop(self) -> None:
        """End every process: they hold nothing that outlives a test."""
        for process in reversed(self._processes):
            process.kill()
        for process in self._processes:
            process.wait(30)
        self._http.close()

    def act(self, action: str, **arguments: Any) -> Any:
        """Call an action as the user of the tests; return its result."""
        headers = {"Authorization": self._token}
        answer = self._http.post(f"/api/3/action/{action}", json=arguments, headers=headers)
        assert answer.is_success, f"{action}: {answer.status_code} {answer.text[:1000]}"
        return answer.json()["result"]

    def consume(self, file: Path) -> str:
        """Let the extension for DCAT read a catalogue in Turtle; return the packages that it makes of it, as JSON."""
        return self._ckan(["dcat", "consume", "-f", "turtle", str(file)])

    @property
    def _settings(self) -> Path:
        return self.folder / "ckan.ini"

    def _ckan(self, *commands: list[str]) -> str:
        given = json.dumps([["-c", str(self._settings), *words] for words in commands])
        return run(str(BUILD / "venv/bin/python"), "-c", WORDS, given)

    def _answers(self) -> bool:
        try:
            return self._http.get("/api/3/action/status_show").status_code == 200
        except httpx.HTTPError:
            return False

    def _begin(self, name: str, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **options)
        self._processes.append(process)
        return process

    def _start_postgres(self, port: int) -> None:
        data = self.folder / "postgres"
        data.mkdir()
        # PostgreSQL refuses to run as root.
        options: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
        if options:
            shutil.chown(data, "postgres")
        initial = ["initdb", "-D", str(data), "-U", "ckan", "-A", "trust", "-E", "UTF8", "--no-locale"]
        subprocess.run(initial, check=True, capture_output=True, cwd="/", **options)
        sockets = ["-k", str(data), "-h", "127.0.0.1", "-p", str(port), "-c", "fsync=off"]
        self._begin("database", ["postgres", "-D", str(data), *sockets], **options)
        until(lambda: (data / f".s.PGSQL.{port}").exists())
        create = ["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "ckan", "-d", "postgres", "-c"]
        until(lambda: subprocess.run([*create, "SELECT 1"], capture_output=True, check=False).returncode == 0)
        run(*create, "CREATE DATABASE ckan")
        if self._datastore:
            run(*create, "CREATE ROLE reader LOGIN")
            run(*create, "CREATE DATABASE datastore")

    def _start_redis(self, port: int) -> None:
        root = BUILD / "redis" / "root" / "usr"
        program = shutil.which("redis-server") or str(root / "bin" / "redis-server")
        environment = {**os.environ, "LD_LIBRARY_PATH": str(next(iter(root.glob("lib/*-linux-gnu")), root))}
        self._begin("redis", [program, "--port", str(port), "--bind", "127.0.0.1", "--save", ""], env=environment)

    def _start_solr(self, port: int) -> None:
        core = self.folder / "solr" / "ckan" / "conf"
        core.mkdir(parents=True)
        (self.folder / "solr" / "solr.xml").write_text("<solr/>", "utf-8")
        (core.parent / "core.properties").write_text("name=ckan\n", "utf-8")
        shutil.copy(HERE / "solrconfig.xml", core / "solrconfig.xml")
        shutil.copy(next(BUILD.glob("venv/lib/python*/site-packages/ckan/config/solr/schema.xml")), core / "schema.xml")
        for name in ("stopwords.txt", "synonyms.txt", "protwords.txt"):
            (core / name).touch()
        memory = ["-Xmx300m", "-XX:+UseSerialGC", "-Dhost=127.0.0.1"]
        program = ["-cp", str(BUILD / "solr" / "*"), str(HERE / "SolrRun.java"), str(self.folder / "solr"), str(port)]
        self._begin("solr", ["java", *memory, *program])
        ping = f"http://127.0.0.1:{port}/solr/ckan/admin/ping"
        until(lambda: _is_well(ping))

    def _configure(self, database: int, redis: int, solr: int) -> None:
        run(str(BUILD / "venv/bin/ckan"), "generate", "config", str(self._settings))
        options = {
            "sqlalchemy.url": f"postgresql://ckan@127.0.0.1:{database}/ckan",
            "ckan.site_url": self.url,
            "solr_url": f"http://127.0.0.1:{solr}/solr/ckan",
            "ckan.redis.url": f"redis://127.0.0.1:{redis}/0",
            "ckan.storage_path": str(self.folder / "storage"),
            "ckan.plugins": "dcat structured_data",
        }
        if self._datastore:
            place = f"127.0.0.1:{database}/datastore"
            options["ckan.plugins"] += " datastore"
            options["ckan.datastore.write_url"] = f"postgresql://ckan@{place}"
            options["ckan.datastore.read_url"] = f"postgresql://reader@{place}"
        stated = [f"{name}={value}" for name, value in options.items()]
        run(str(BUILD / "venv/bin/ckan"), "config-tool", str(self._settings), *stated)


def _is_well(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
