"""A real Helm, and the schemas of Kubernetes, both brought into `build/`."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.docs.chart import CHART
from tests.interop.ckan.runtime import ROOT, run

BUILD = ROOT / "build" / "chart"
HELM = "helm.sh/helm/v3/cmd/helm@v3.22.0"
SCHEMAS = "kubernetes-validate==1.37.0"
VERSIONS = ("1.25", "1.30", "1.34")
# Judges each document of the standard input against the schemas of one version.
_JUDGE = """
import sys, yaml, kubernetes_validate
for document in yaml.safe_load_all(sys.stdin):
    kubernetes_validate.validate(document, sys.argv[1], strict=True)
    print(document["kind"])
"""


def install() -> None:
    """Build Helm once, and fetch the schemas once."""
    BUILD.mkdir(parents=True, exist_ok=True)
    if not (BUILD / "helm").exists():
        environment = {**os.environ, "GOBIN": str(BUILD)}
        subprocess.run(["go", "install", HELM], check=True, capture_output=True, env=environment, timeout=1200)
    if not (BUILD / "python").exists():
        run(sys.executable, "-m", "venv", str(BUILD / "python"))
        run(str(BUILD / "python/bin/pip"), "install", "--quiet", SCHEMAS)


def render(
    values: dict[str, Any], folder: Path, *, version: str = VERSIONS[0], release: str = "office"
) -> list[dict[str, Any]]:
    """Return what the chart makes of these values for a release. Raises CalledProcessError if refused."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    options = ["--values", str(file), "--kube-version", version]
    done = subprocess.run(
        [str(BUILD / "helm"), "template", release, str(CHART), *options], check=True, capture_output=True, text=True
    )
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def lint(values: dict[str, Any], folder: Path) -> str:
    """Return what `helm lint --strict` says of the chart with these values."""
    file = folder / "values.yaml"
    file.write_text(yaml.safe_dump(values), "utf-8")
    return run(str(BUILD / "helm"), "lint", "--strict", str(CHART), "--values", str(file))


def judge(documents: list[dict[str, Any]], version: str) -> list[str]:
    """Return the kinds of documents that the schemas of a version of Kubernetes accept. Raises AssertionError."""
    done = subprocess.run(
        [str(BUILD / "python/bin/python"), "-c", _JUDGE, version],
        input=yaml.safe_dump_all(documents),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()
