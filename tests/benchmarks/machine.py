"""What was measured, and where: the interpreter and how it was built, the libraries, the processor, the commit.

It needs nothing but the standard library, so that the interpreter of any tree can run it: `python machine.py TREE`.
"""

import json
import os
import platform
import re
import sqlite3
import ssl
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path
from typing import Any


def describe(tree: Path) -> dict[str, Any]:
    """Return a description of this machine, this interpreter and its libraries, and the commit of a tree."""
    return {
        "processor": _name_processor(),
        "cpus": os.cpu_count(),
        "system": platform.platform(),
        "load": os.getloadavg()[0],
        "python": _describe_python(),
        "libraries": _list_libraries(),
        "sqlite": sqlite3.sqlite_version,
        "openssl": ssl.OPENSSL_VERSION,
        "commit": _name_commit(tree),
    }


def _describe_python() -> dict[str, Any]:
    """Return version and build: `pgo` and `lto` are None where the build does not state its options.

    The packages of Debian and Ubuntu are built with both, and have removed the options from what they state.
    """
    options = str(sysconfig.get_config_var("CONFIG_ARGS") or "")
    marked = Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists()
    return {
        "version": platform.python_version(),
        "implementation": platform.python_implementation(),
        "compiler": platform.python_compiler(),
        "pgo": "--enable-optimizations" in options or (None if marked else False),
        "lto": "--with-lto" in options or (None if marked else False),
        "optimisation": " ".join(re.findall(r"-O\w", str(sysconfig.get_config_var("OPT")))),
        "of_the_system": marked,
    }


def _list_libraries() -> dict[str, str]:
    """Return the version of each library that the product depends on."""
    needed = metadata.requires("datenkontor") or []
    names = [re.split(r"[^A-Za-z0-9_.-]", line, maxsplit=1)[0] for line in needed if "extra ==" not in line]
    return {name: metadata.version(name) for name in sorted(names, key=str.lower)}


def _name_processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8", errors="replace").splitlines() if info.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _name_commit(tree: Path) -> str:
    """Return the commit, with a `+` if files are changed; nothing outside a repository."""
    commit = _ask_git(tree, "rev-parse", "HEAD")
    return commit + "+" if commit and _ask_git(tree, "status", "--porcelain", "--untracked-files=no") else commit


def _ask_git(tree: Path, *words: str) -> str:
    try:
        return subprocess.run(["git", *words], cwd=tree, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    print(json.dumps(describe(Path(sys.argv[1]))))
