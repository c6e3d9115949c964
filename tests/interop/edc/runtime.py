"""A real EDC: its jars by Maven, a control plane and a data plane as processes, and its management API."""

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
EDC = {"@vocab": "https://w3id.org/edc/v0.0.1/ns/"}
ODRL = "http://www.w3.org/ns/odrl.jsonld"
PROTOCOL = "dataspace-protocol-http:2025-1"
READY_S = 120.0
MAIN = "org.eclipse.edc.boot.system.runtime.BaseRuntime"
# Its loops look every 50 ms instead of every second: the interesting windows are as narrow, and the run is short.
LOOPS = ("negotiation.consumer", "negotiation.provider", "transfer", "dataplane")


def fetch(version: str, part: str) -> Path:
    """Bring the jars of one part, `control` or `data`, into `build/`; return their folder."""
    folder = ROOT / "build" / "edc" / version / part
    copy_jars(HERE / "pom.xml", folder, f"-P{part}", f"-Dedc.version={version}")
    return folder


def copy_jars(pom: Path, folder: Path, *options: str) -> None:
    """Bring the jars that a pom names into `folder`, unless they are there."""
    for tool in ("java", "mvn"):
        assert shutil.which(tool), f"EDC needs {tool}: install a JDK 17 and Maven."
    if not list(folder.glob("boot-*.jar")):
        plugin = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
        more = ["-DincludeScope=runtime", f"-DoutputDirectory={folder}", *options]
        command = ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(pom), plugin, *more]
        subprocess.run(command, check=True, timeout=300)


def run_part(
    folder: Path, part: str, properties: dict[str, str], classes: str, *options: str
) -> subprocess.Popen[bytes]:
    """Run a part of EDC from its classes, and return its process as soon as it is ready; its log is in `folder`."""
    file, log = folder / f"{part}.properties", folder / f"{part}.log"
    file.write_text("".join(f"{name}={value}\n" for name, value in properties.items()), "utf-8")
    memory = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    with log.open("wb") as out:
        command = ["java", *memory, *options, f"-Dedc.fs.config={file}", "-cp", classes, MAIN]
        process = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, "TZ": "UTC"})
    until(lambda: b" ready" in log.read_bytes() or process.poll() is not None, READY_S)
    assert process.poll() is None, log.read_text("utf-8", "replace")[-3000:]
    return process


class Runtime:
    """One EDC participant: its processes, and what a test tells its management API.

    `ports` is the first of twenty free ports. `public` is the address at which peers reach its protocol listener.
    """

    def __init__(self, version: str, id: str, ports: int, folder: Path, public: str | None = None) -> None:
        self.id = id
        self.version = version
        self.folder = folder
        self.ports = ports
        self.own = f"http://localhost:{ports + 1}/protocol"
        self.public = public or self.own
        self.address = f"{self.public}/2025-1"
        self.control = f"http://localhost:{ports + 3}/control"
        # An answer may wait for other processes that share the processor with this one, as a start does.
        self._management = httpx.Client(base_url=f"http://localhost:{ports + 2}/management/v3", timeout=READY_S)
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both planes and wait until they are ready."""
        self.folder.mkdir(parents=True, exist_ok=True)
        listeners = {"": "/api", "protocol": "/protocol", "management": "/management", "control": "/control"}
        listeners |= {"version": "/version", "catalog": "/catalog"}
        control = self.list_properties(listeners, self.ports) | {"edc.dsp.callback.address": self.public}
        control |= {"edc.policy.validation.enabled": "false"}
        data = self.list_properties({"": "/api", "control": "/control"}, self.ports + 10)
        data |= {"edc.dpf.selector.url": f"{self.control}/v1/dataplanes"}
        # The data plane registers itself at the control plane.
        for part, properties in (("control", control), ("data", data)):
            self.run(part, properties, f"{fetch(self.version, part)}/*")

    def stop(self) -> None:
        """End its processes at once: they hold nothing that outlives a test, and would take long to say goodbye."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(30)
        self._management.close()

    def list_properties(self, listeners: dict[str, str], first: int) -> dict[str, str]:
        """Return the settings of a part whose listeners have the ports from `first` on."""
        found = {"edc.hostname": "localhost", "edc.participant.id": self.id}
        for number, (name, path) in enumerate(listeners.items()):
            prefix = f"web.http.{name}." if name else "web.http."
            found |= {f"{prefix}port": str(first + number), f"{prefix}path": path}
        found |= {f"edc.{loop}.state-machine.iteration-wait-millis": "50" for loop in LOOPS}
        keys = ("signer.privatekey", "verifier.publickey")
        return found | {f"edc.transfer.proxy.token.{key}.alias": "none" for key in keys}

    def run(self, part: str, properties: dict[str, str], classes: str, *options: str) -> None:
        """Run one part of it, and wait until it is ready."""
        self._processes.append(run_part(self.folder, part, properties, classes, *options))

    # Its management API

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Send one request to the management API; return the JSON of its answer."""
        content = None if body is None else {"@context": EDC, **body}
        answer = self._management.request(method, path, json=content)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def offer(self, id: str, url: str, policy: dict[str, Any] | None = None) -> None:
        """Offer the content at `url` as an asset."""
        rules = policy or {"permission": [{"action": "use"}]}
        source = {"type": "HttpData", "baseUrl": url}
        self.ask("POST", "/assets", {"@id": id, "@type": "Asset", "properties": {"name": id}, "dataAddress": source})
        definition = {"@id": f"policy-{id}", "@type": "PolicyDefinition"}
        self.ask("POST", "/policydefinitions", definition | {"policy": {"@context": ODRL, "@type": "Set", **rules}})
        selector = {"operandLeft": "https://w3id.org/edc/v0.0.1/ns/id", "operator": "=", "operandRight": id}
        names = {"accessPolicyId": f"policy-{id}", "contractPolicyId": f"policy-{id}"}
        self.ask("POST", "/contractdefinitions", {"@id": f"definition-{id}", **names, "assetsSelector": [selector]})

    def catalogue(self, address: str, id: str) -> Any:
        """Request the catalogue of a peer."""
        return self.ask(
            "POST", "/catalog/request", {"counterPartyAddress": address, "counterPartyId": id, "protocol": PROTOCOL}
        )

    def negotiate(self, address: str, offer: dict[str, Any]) -> str:
        """Request a contract; return its identifier there."""
        body = {"@type": "ContractRequest", "counterPartyAddress": address, "protocol": PROTOCOL}
        made = self.ask(
            "POST", "/contractnegotiations", {**body, "policy": {"@context": ODRL, "@type": "Offer", **offer}}
        )
        return str(made["@id"])

    def negotiation(self, id: str) -> dict[str, Any]:
        """Return a negotiation."""
        found: dict[str, Any] = self.ask("GET", f"/contractnegotiations/{id}")
        return found

    def agreement_of(self, negotiation: str) -> str:
        """Return the identifier of the agreement of a negotiation, as it stands in messages."""
        found = self.ask("GET", f"/contractnegotiations/{negotiation}/agreement")
        # A newer EDC has another identifier of its own beside it.
        return str(found.get("agreementId") or found["@id"])

    def negotiations(self) -> list[dict[str, Any]]:
        """Return all negotiations."""
        found: list[dict[str, Any]] = self.ask(
            "POST", "/contractnegotiations/request", {"@type": "QuerySpec", "limit": 5000}
        )
        return found

    def transfer(self, address: str, agreement: str, callback: str, push_to: str | None = None) -> str:
        """Request a transfer; its start is told to `callback`."""
        body: dict[str, Any] = {"@type": "TransferRequest", "counterPartyAddress": address, "protocol": PROTOCOL}
        body |= {"contractId": agreement, "transferType": "HttpData-PUSH" if push_to else "HttpData-PULL"}
        body["callbackAddresses"] = [{"uri": callback, "events": ["transfer.process"], "transactional": False}]
        if push_to:
            body["dataDestination"] = {"type": "HttpData", "baseUrl": push_to}
        return str(self.ask("POST", "/transferprocesses", body)["@id"])

    def transfer_of(self, id: str) -> dict[str, Any]:
        """Return a transfer by its identifier here."""
        found: dict[str, Any] = self.ask("GET", f"/transferprocesses/{id}")
        return found

    def step(self, id: str, verb: str) -> None:
        """Suspend, resume or terminate a transfer."""
        kinds = {"suspend": "SuspendTransfer", "terminate": "TerminateTransfer"}
        body = {"@type": kinds[verb], "reason": "a test"} if verb in kinds else None
        self.ask("POST", f"/transferprocesses/{id}/{verb}", body)


def until(condition: Any, seconds: float) -> None:
    """Look again and again until the condition holds, for a bounded time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"what was waited for did not come in {seconds} s"
        time.sleep(0.05)
