"""The chart: what Helm makes of it is valid, is what the process accepts, and refuses what would lose a state."""

import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from connector.api.frame.auth import KEYLESS
from connector.cli.main import WORDS
from connector.settings import Settings, load
from tests.interop.chart.runtime import VERSIONS, install, judge, lint, render

pytestmark = pytest.mark.chart

SETTINGS = """
[participant]
id = "did:web:office.example"
name = "Office"

[protocol]
public_url = "https://office.example"

[identity]
roster = "https://operator.example/roster.jws"
operator_key = "/run/datenkontor/operator.jwk"
"""
KEY = {"secret": "office", "file": "key.pem"}
SHARED = {"secret": "office", "file": "store.secret"}
OPERATOR = {"configMap": "operator", "file": "operator.jwk"}
FILE = {"settings": SETTINGS, "secretFiles": [KEY], "configFiles": [OPERATOR]}
REPLICAS = FILE | {
    "replicas": 3,
    "secretFiles": [KEY, SHARED],
    "database": {"url": "postgresql://datenkontor@db.example:5432/office?sslmode=verify-full", "secret": "database"},
    "publicUrl": {"data": "https://$(POD_NAME).data.office.example", "pages": "https://pages.office.example"},
    "signaling": True,
    "ingress": {
        "className": "nginx",
        "tlsSecret": "office-tls",
        "hosts": {
            "office.example": "protocol",
            "pages.office.example": "web",
            **{f"office-{at}.data.office.example": f"data-{at}" for at in range(3)},
        },
    },
}
TRIAL = {**REPLICAS, "database": {"secret": "database"}, "trialDatabase": {"enabled": True}}
BROKER = FILE | {
    "role": "broker",
    "publicUrl": {"pages": "https://pages.broker.example"},
    "environment": {"DATENKONTOR_BROKER__OPEN": True},
    "ingress": {"hosts": {"broker.example": "broker", "pages.broker.example": "web"}},
}
BROKERS = BROKER | {"replicas": 2, "secretFiles": [KEY, SHARED], "database": REPLICAS["database"]}
PLANES = FILE | {
    "role": "dataplane",
    "replicas": 2,
    "publicUrl": {
        "data": "https://$(POD_NAME).data.office.example",
        "signaling": "http://$(POD_NAME).office-pods:7085",
    },
    "networkPolicy": {"callers": [{"podSelector": {"matchLabels": {"app.kubernetes.io/component": "connector"}}}]},
}
SETS = {"file": FILE, "replicas": REPLICAS, "trial": TRIAL, "broker": BROKER, "brokers": BROKERS, "planes": PLANES}


@pytest.fixture(scope="module", autouse=True)
def _helm() -> None:
    install()


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_helm_finds_no_fault_and_kubernetes_knows_each_field(values: dict[str, Any], tmp_path: Path) -> None:
    assert "0 chart(s) failed" in lint(values, tmp_path)
    for version in VERSIONS:
        kinds = judge(render(values, tmp_path, version=version), version)
        assert {"StatefulSet", "Service", "ConfigMap", "PodDisruptionBudget", "NetworkPolicy"} <= set(kinds)


def test_the_judge_notices_a_field_of_another_type(tmp_path: Path) -> None:
    documents = render(FILE, tmp_path)
    _find(documents, "StatefulSet")["spec"]["replicas"] = "two"
    with pytest.raises(AssertionError, match="replicas"):
        judge(documents, VERSIONS[0])


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_the_process_accepts_settings_and_variables_of_each_pod(values: dict[str, Any], tmp_path: Path) -> None:
    documents = render(values, tmp_path)
    settings = _load(documents, tmp_path, "office-1")
    container = _container(documents)
    open_ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    for listener, port in open_ports.items():
        at = getattr(settings, listener)
        assert (at.host, at.port) == ("0.0.0.0", port)
    assert settings.management.host == "127.0.0.1"
    assert ("web" in open_ports) == (settings.web.port is not None)
    word = container["command"][1]
    assert word in WORDS
    assert container["command"][-2:] == ["--settings", "/etc/datenkontor/datenkontor.toml"]


@pytest.mark.parametrize("name", ["replicas", "planes"])
def test_processes_differ_in_what_only_one_of_them_can_be(name: str, tmp_path: Path) -> None:
    documents = render(SETS[name], tmp_path)
    first, second = (_load(documents, tmp_path, f"office-{at}") for at in (0, 1))
    assert first.data.public_url == "https://office-0.data.office.example"
    assert second.data.public_url == "https://office-1.data.office.example"
    assert (first.signaling.id == second.signaling.id) == (name == "replicas")


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_services_and_ingresses_lead_to_a_listener(values: dict[str, Any], tmp_path: Path) -> None:
    documents = render(values, tmp_path)
    names = {port["name"] for port in _container(documents)["ports"]}
    services = {d["metadata"]["name"]: d for d in documents if d["kind"] == "Service" and "database" not in str(d)}
    for service in services.values():
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names
        assert 7082 not in {port["port"] for port in service["spec"]["ports"]}
    for ingress in (d for d in documents if d["kind"] == "Ingress"):
        for rule in ingress["spec"]["rules"]:
            backend = rule["http"]["paths"][0]["backend"]["service"]
            assert backend["port"]["name"] in {p["name"] for p in services[backend["name"]]["spec"]["ports"]}


def test_a_cluster_that_chooses_the_user_of_a_pod_is_given_none(tmp_path: Path) -> None:
    def find_user(more: dict[str, Any]) -> set[int | None]:
        documents = render({**next(iter(SETS.values())), **more}, tmp_path)
        pods = [d["spec"]["template"]["spec"]["securityContext"] for d in documents if d["kind"] == "StatefulSet"]
        return {pod.get(name) for pod in pods for name in ("runAsUser", "runAsGroup", "fsGroup")}

    assert (find_user({}), find_user({"user": 0}), find_user({"user": 2000})) == ({10001}, {None}, {2000})


@pytest.mark.parametrize("values", SETS.values(), ids=SETS)
def test_no_pod_is_root_or_can_change_its_image(values: dict[str, Any], tmp_path: Path) -> None:
    for stateful in (d for d in render(values, tmp_path) if d["kind"] == "StatefulSet"):
        pod = stateful["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        # Otherwise the cluster adds variables such as DATENKONTOR_PORT, which the process refuses.
        assert pod["enableServiceLinks"] is False
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }


@pytest.mark.parametrize("values", [FILE, BROKER], ids=["connector", "broker"])
def test_probes_ask_for_what_needs_no_key(values: dict[str, Any], tmp_path: Path) -> None:
    container = _container(render(values, tmp_path))
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        code = container[probe]["exec"]["command"][2]
        compile(code, probe, "exec")
        assert any(f"{path}'" in code for path in KEYLESS & {"/health", "/ready"})


def test_a_secret_becomes_a_file_that_only_the_process_can_read(tmp_path: Path) -> None:
    given, data, secrets = (tmp_path / name for name in ("given", "data", "run"))
    for folder in (given, data, secrets):
        folder.mkdir()
    for name in ("key.pem", "store.secret", "operator.jwk"):
        (given / name).write_text(name, "utf-8")
        (given / name).chmod(0o440)
    script = _pod(render(REPLICAS, tmp_path))["initContainers"][0]["command"][2]
    for inside, here in (("/run/datenkontor", secrets), ("/given", given), ("/data", data)):
        script = script.replace(inside, str(here))
    for _ in range(2):
        subprocess.run(["sh", "-ec", script], check=True)
        for file in (*secrets.iterdir(), data / "store.secret"):
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (data / "store.secret").read_text("utf-8") == "store.secret"
    (given / "store.secret").chmod(0o640)
    (given / "store.secret").write_text("another", "utf-8")
    subprocess.run(["sh", "-ec", script], check=True)
    assert (data / "store.secret").read_text("utf-8") == "store.secret", "a store never changes its secret"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no settings": ({"settings": ""}, "settings is empty"),
    "no key": ({"settings": SETTINGS}, "key.pem"),
    "replicas on files": (FILE | {"replicas": 2}, "share a PostgreSQL database"),
    "replicas without the secret": (REPLICAS | {"secretFiles": [KEY]}, "store.secret"),
    "replicas with one data address": (REPLICAS | {"publicUrl": {"data": "https://d.example"}}, "publicUrl.data"),
    "two databases": (REPLICAS | {"trialDatabase": {"enabled": True}}, "both set"),
    "a database without a password": (REPLICAS | {"database": {"url": "postgresql://u@d/o"}}, "database.secret"),
    "two brokers on files": (BROKER | {"replicas": 2}, "broker share a PostgreSQL database"),
    "two brokers without the secret": (BROKERS | {"secretFiles": [KEY]}, "store.secret"),
    "two authorities": (BROKERS | {"settings": SETTINGS + '\n[authority]\nfolder = "a"\n'}, "files of an authority"),
    "a plane in a database": (PLANES | {"database": REPLICAS["database"]}, "keeps its state in a file"),
    "a host without a listener": (FILE | {"ingress": {"hosts": {"a.example": "web"}}}, "no listener web"),
    "pages over plain HTTP": (FILE | {"publicUrl": {"pages": "http://p.example"}}, "publicUrl"),
    "an unknown value": (FILE | {"replica": 2}, "replica"),
    "a role that there is not": (FILE | {"role": "wallet"}, "role"),
    "a file outside of the folder": (FILE | {"secretFiles": [{"secret": "s", "file": "../x"}]}, "file"),
    "a file given twice": (FILE | {"configFiles": [{"configMap": "x", "file": "key.pem"}]}, "key.pem is given twice"),
    "a host with a port": (FILE | {"ingress": {"hosts": {"a.example:8443": "protocol"}}}, "a.example:8443"),
    "a host in capitals": (FILE | {"ingress": {"hosts": {"A.example": "protocol"}}}, "A.example"),
    "a password in the address": (REPLICAS | {"database": {"url": "postgresql://u:p@d/o", "secret": "s"}}, "url"),
}


@pytest.mark.parametrize(("values", "said"), REFUSED.values(), ids=REFUSED)
def test_values_that_cannot_work_are_refused_in_words(values: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        render(values, tmp_path)
    assert said in refused.value.stderr


@pytest.mark.parametrize("release", ["1office", "my.office"])
def test_a_release_whose_name_no_service_can_have_is_refused(release: str, tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        render(FILE, tmp_path, release=release)
    assert "A Service cannot have the name" in refused.value.stderr
    assert render(FILE, tmp_path, release="a" * 53)


def test_a_number_is_written_as_the_process_reads_it(tmp_path: Path) -> None:
    given = {"DATENKONTOR_LIMITS__BODY": 52_428_800, "DATENKONTOR_LIMITS__RETRY_MOST_SECONDS": 0.5}
    found = {
        entry["name"]: entry.get("value")
        for entry in _pod(render(FILE | {"environment": given}, tmp_path))["containers"][0]["env"]
    }
    assert {name: found[name] for name in given} == {name: str(value) for name, value in given.items()}


def test_an_image_may_be_named_by_its_digest(tmp_path: Path) -> None:
    image = {"repository": "registry.example/datenkontor", "tag": f"sha256:{'a' * 64}"}
    pod = _pod(render(FILE | {"image": image}, tmp_path))
    assert {entry["image"] for entry in (*pod["containers"], *pod["initContainers"])} == {
        f"registry.example/datenkontor@sha256:{'a' * 64}"
    }


def test_other_settings_start_the_pods_anew(tmp_path: Path) -> None:
    before, after = (render(FILE | {"settings": SETTINGS + more}, tmp_path) for more in ("", "\n[logging]\n"))
    assert _annotations(before) != _annotations(after)


def _find(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(d for d in documents if d["kind"] == kind and not d["metadata"]["name"].endswith("-database"))


def _pod(documents: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = _find(documents, "StatefulSet")["spec"]["template"]["spec"]
    return found


def _annotations(documents: list[dict[str, Any]]) -> object:
    return _find(documents, "StatefulSet")["spec"]["template"]["metadata"]["annotations"]


def _container(documents: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = _pod(documents)["containers"][0]
    return found


def _load(documents: list[dict[str, Any]], folder: Path, pod: str) -> Settings:
    """Return the settings that the process of a pod reads."""
    file = folder / "datenkontor.toml"
    file.write_text(_find(documents, "ConfigMap")["data"]["datenkontor.toml"], "utf-8")
    given = {one["name"]: one.get("value", pod).replace("$(POD_NAME)", pod) for one in _container(documents)["env"]}
    return load(file, given)
