"""Real OpenID providers as processes: oidc-provider in Node, and Keycloak. Both are installed into `build/oidc`."""

import re
import shutil
import subprocess
import zipfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from connector.net.tls import client_context
from tests.interop.ckan.runtime import find_port, run, until
from tests.support.certificates import write_certificates

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[2] / "build" / "oidc"
NODE_PACKAGE = "oidc-provider@9.13.3"
KEYCLOAK = "org.keycloak:keycloak-quarkus-dist:26.7.3:zip"
SECRET = "client-secret-for-tests"
PAGES = "http://127.0.0.1:7084"
BACK, HOME = f"{PAGES}/anmelden/zurueck", f"{PAGES}/anmelden"


def require(*tools: str) -> None:
    """Fail where a tool is missing."""
    for tool in tools:
        assert shutil.which(tool), f"make test-oidc needs {tool}: install Node 20 with npm, a JDK 17 and Maven."


class Running(ABC):
    """A provider that runs in a `with` block; `issuer` is its address, `http` a browser's client without a redirect."""

    issuer: str
    ca: Path | None = None

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self, *command: str, environment: dict[str, str] | None = None) -> None:
        """Start the process, and wait until its metadata are there."""
        with (self.folder / "provider.log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=BUILD, stdout=log, stderr=log, env=environment)
        until(self._answers)

    def browser(self) -> httpx.Client:
        """A browser at the provider, which follows no redirect."""
        return httpx.Client(verify=client_context(ca_file=self.ca), timeout=60)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "provider.log").read_text()[-2000:]
        try:
            with self.browser() as browser:
                return browser.get(f"{self.issuer}/.well-known/openid-configuration").status_code == 200
        except httpx.HTTPError:
            return False

    @abstractmethod
    def start(self) -> None:
        """Install the provider where that is needed, and start it."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)


class NodeProvider(Running):
    """oidc-provider, a certified library; whoever types a name is that person."""

    def start(self) -> None:
        require("node", "npm")
        BUILD.mkdir(parents=True, exist_ok=True)
        if not (BUILD / "node_modules" / "oidc-provider").is_dir():
            run("npm", "i", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", NODE_PACKAGE, cwd=BUILD)
        port = find_port()
        self.issuer = f"http://127.0.0.1:{port}"
        script = BUILD / "provider.mjs"
        shutil.copy(HERE / "provider.mjs", script)
        self.begin("node", str(script), str(port), SECRET, BACK, HOME)


class Keycloak(Running):
    """Keycloak with a realm of two people, one of whom has a role here."""

    def start(self) -> None:
        require("java", "mvn")
        home = _install_keycloak()
        write_certificates(self.folder)
        self.ca = self.folder / "ca.pem"
        realms = home / "data" / "import"
        realms.mkdir(parents=True, exist_ok=True)
        realm = (HERE / "realm.json").read_text("utf-8")
        for name, value in {"SECRET": SECRET, "BACK": BACK, "HOME": HOME}.items():
            realm = realm.replace(f'"{name}"', f'"{value}"')
        (realms / "realm.json").write_text(realm, "utf-8")
        shutil.rmtree(home / "data" / "h2", ignore_errors=True)
        port = find_port()
        self.issuer = f"https://127.0.0.1:{port}/realms/stadt"
        options = {
            "http-host": "127.0.0.1",
            "https-port": str(port),
            "hostname": f"https://127.0.0.1:{port}",
            "https-certificate-file": str(self.folder / "certificate.pem"),
            "https-certificate-key-file": str(self.folder / "key.pem"),
        }
        given = [f"--{name}={value}" for name, value in options.items()]
        environment = {"PATH": "/usr/bin:/bin", "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m"}
        # `exec`, so that the process which is ended is Java itself.
        words = " ".join(["exec", str(home / "bin" / "kc.sh"), "start", "--optimized", "--import-realm", *given])
        self.begin("sh", "-c", words, environment=environment)


def _install_keycloak() -> Path:
    """Bring Keycloak into `build/oidc`, made ready for its start; return its folder."""
    version = KEYCLOAK.split(":")[2]
    home = BUILD / f"keycloak-{version}"
    if (home / "ready").exists():
        return home
    BUILD.mkdir(parents=True, exist_ok=True)
    plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
    run("mvn", "-q", "-B", plugin, f"-Dartifact={KEYCLOAK}", f"-DoutputDirectory={BUILD}")
    with zipfile.ZipFile(BUILD / f"keycloak-quarkus-dist-{version}.zip") as packed:
        packed.extractall(BUILD)
    for script in (home / "bin").glob("*.sh"):
        script.chmod(0o755)
    run(str(home / "bin" / "kc.sh"), "build", "--db=dev-file")
    (home / "ready").touch()
    return home


def read_form(page: str) -> tuple[str, dict[str, str]]:
    """Return the action and the filled fields of the first form of a page."""
    import html

    action = re.search(r'<form[^>]*action="([^"]*)"', page)
    fields = re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', page)
    assert action, page[:2000]
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in fields}
