"""Real servers for sources: PostgreSQL with PostGIS, and versitygw for S3, each in a folder and on a free port."""

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

from tests.dataplane.world import sha256
from tests.interop.ckan.runtime import ROOT, find_port, run, until

BUILD = ROOT / "build" / "sources"
GATEWAY = "github.com/versity/versitygw/cmd/versitygw@v1.8.0"
POSTGIS = ("postgresql-15-postgis-3", "postgresql-15-postgis-3-scripts")
PASSWORD = "canary-postgres-4711"
KEY, SECRET = "canary-key", "canary-s3-4711"


class Postgres:
    """One PostgreSQL with the user `reader`, who needs a password, and the superuser `postgres`, who needs none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = find_port()
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._options: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}

    def start(self) -> None:
        """Install PostGIS where the system has none, make the database, and start the server."""
        bin_folder = Path(run("pg_config", "--bindir").strip())
        if not (Path(run("pg_config", "--sharedir").strip()) / "extension" / "postgis.control").exists():
            run("apt-get", "install", "-y", "-q", *POSTGIS)
        data = self.folder / "data"
        data.mkdir()
        if self._options:
            self.folder.chmod(0o755)
            shutil.chown(data, "postgres")
        initial = [str(bin_folder / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initial, "--no-locale"], check=True, capture_output=True, cwd="/", **self._options)
        (data / "pg_hba.conf").write_text("host all reader all scram-sha-256\nlocal all all trust\n", "ascii")
        options = ["-k", str(data), "-h", "127.0.0.1", "-p", str(self.port), "-c", "fsync=off"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [str(bin_folder / "postgres"), "-D", str(data), *options],
                stdout=log,
                stderr=log,
                cwd="/",
                **self._options,
            )
        until(lambda: (data / f".s.PGSQL.{self.port}").exists(), 60)
        until(lambda: self.act("SELECT 1") is not None, 60)
        self.act(f"CREATE USER reader PASSWORD '{PASSWORD}'; CREATE EXTENSION postgis")

    def act(self, sql: str) -> str | None:
        """Run statements as the superuser; return what they print, or None if the server does not take them."""
        command = ["psql", "-h", str(self.folder / "data"), "-p", str(self.port), "-U", "postgres", "-qAtc", sql]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else None

    def pause(self, *, off: bool = False) -> None:
        """Let the whole server hang, or go on."""
        number = signal.SIGCONT if off else signal.SIGSTOP
        assert self._process is not None
        children = run("pgrep", "-P", str(self._process.pid)).split()
        for pid in (self._process.pid, *map(int, children)):
            os.kill(pid, number)

    def stop(self) -> None:
        """End the server at once."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)


class Gateway:
    """One versitygw over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Build the gateway once, and start it."""
        program = BUILD / "versitygw"
        if not program.exists():
            BUILD.mkdir(parents=True, exist_ok=True)
            environment = {**os.environ, "GOBIN": str(BUILD)}
            subprocess.run(["go", "install", GATEWAY], check=True, capture_output=True, env=environment, timeout=900)
        for name in ("iam", "data", "versions"):
            (self.folder / name).mkdir()
        keys = {"ROOT_ACCESS_KEY": KEY, "ROOT_SECRET_KEY": SECRET}
        command = [str(program), "--port", f"127.0.0.1:{self.port}", "--iam-dir", str(self.folder / "iam"), "posix"]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--versioning-dir", str(self.folder / "versions"), str(self.folder / "data")],
                stdout=log,
                stderr=log,
                env={**os.environ, **keys},
            )
        until(self._answers, 60)

    def keep_versions(self, bucket: str) -> None:
        """Let a bucket keep what is overwritten."""
        body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
        signed = [
            "--aws-sigv4",
            "aws:amz:us-east-1:s3",
            "-u",
            f"{KEY}:{SECRET}",
            "-H",
            f"x-amz-content-sha256: {sha256(body.encode())}",
        ]
        run("curl", "-sf", "-X", "PUT", *signed, "--data", body, f"{self.url}/{bucket}?versioning=")

    def stop(self) -> None:
        """End the gateway."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
