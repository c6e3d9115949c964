"""The peers of DCP as jars: by Maven, with the few classes that they need beside, in `build/peers`.

Run as a program, it brings them there while there is a network; the tests run where there is none.
"""

import subprocess
from pathlib import Path

from tests.interop.edc.runtime import ROOT, copy_jars

HERE = Path(__file__).resolve().parent
PARTS = ("hub", "control")


def find_classes(part: str) -> str:
    """Return the class path of a part, `hub` or `control`; brings what is not there."""
    jars, own = (ROOT / "build" / "peers" / name for name in (part, f"{part}-classes"))
    copy_jars(HERE / "pom.xml", jars, f"-P{part}")
    sources = sorted((HERE / "java" / part).glob("*.java"))
    command = ["javac", "-proc:none", "-cp", f"{jars}/*", "-d", str(own), *map(str, sources)]
    subprocess.run(command, check=True, timeout=300)
    services = own / "META-INF" / "services" / "org.eclipse.edc.spi.system.ServiceExtension"
    services.parent.mkdir(parents=True, exist_ok=True)
    services.write_text("".join(f"datenkontor.peers.{source.stem}\n" for source in sources), "utf-8")
    return f"{jars}/*:{own}"


if __name__ == "__main__":
    for each in PARTS:
        find_classes(each)
