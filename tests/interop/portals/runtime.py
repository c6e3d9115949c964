"""Real portals as processes: pygeoapi (OGC API – Features), MapServer as CGI (WFS 2.0), and an OpenSSH server."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import urlopen

from tests.interop.ckan.runtime import ROOT, find_port, run, until

BUILD = ROOT / "build" / "portals"
COUNT = 25
CGI = Path("/usr/lib/cgi-bin/mapserv")


def make_trees() -> bytes:
    """Return trees of a city as GeoJSON, each at a place of its own."""
    features = [
        {
            "type": "Feature",
            "id": number,
            "geometry": {"type": "Point", "coordinates": [13.3 + number / 100, 52.4 + number / 200]},
            "properties": {
                "id": number,
                "name": f"Bäume {number}",
                "height": number + 0.5,
                "district": "NS"[number % 2],
            },
        }
        for number in range(1, COUNT + 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


class Server(ABC):
    """A process in a folder, on a free port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = find_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def start(self) -> None:
        """Install what is needed, and start."""

    def launch(self, words: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start a process."""
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                words, stdout=log, stderr=log, env={**os.environ, **(environment or {})}, start_new_session=True
            )

    def stop(self) -> None:
        """End the process, with those that it has started."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)


class PyGeoApi(Server):
    """One pygeoapi with the collection `trees`, whose pages have at most 10 items."""

    def start(self) -> None:
        """Install pygeoapi once, and start it."""
        place = BUILD / "pygeoapi"
        if not (place / "bin" / "pygeoapi").exists():
            run(sys.executable, "-m", "venv", str(place))
            run(str(place / "bin" / "pip"), "install", "-q", "pygeoapi==0.21.0")
        (self.folder / "trees.geojson").write_bytes(make_trees())
        (self.folder / "config.yml").write_text(json.dumps(self._describe()), "utf-8")
        environment = {
            "PYGEOAPI_CONFIG": str(self.folder / "config.yml"),
            "PYGEOAPI_OPENAPI": str(self.folder / "openapi.yml"),
        }
        described = subprocess.run(
            [str(place / "bin" / "pygeoapi"), "openapi", "generate", str(self.folder / "config.yml")],
            check=True,
            capture_output=True,
            env={**os.environ, **environment},
        )
        (self.folder / "openapi.yml").write_bytes(described.stdout)
        self.launch([str(place / "bin" / "pygeoapi"), "serve"], environment)
        until(self._answers, 60)

    def _answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/collections/trees/items?limit=1&f=json", timeout=5) as answer:
                return int(answer.status) == 200
        except OSError:
            return False

    def _describe(self) -> dict[str, object]:
        crs = ["OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/25833"]
        return {
            "server": {
                "bind": {"host": "127.0.0.1", "port": self.port},
                "url": self.url,
                "mimetype": "application/json; charset=UTF-8",
                "encoding": "utf-8",
                "languages": ["de-DE"],
                "limits": {"default_items": 5, "max_items": 10},
                "map": {"url": "x", "attribution": "x"},
            },
            "logging": {"level": "ERROR"},
            "metadata": {
                "identification": {
                    "title": "Stadt",
                    "description": "Stadt",
                    "keywords": ["Stadt"],
                    "keywords_type": "theme",
                    "terms_of_service": "x",
                    "url": self.url,
                },
                "license": {"name": "x", "url": self.url},
                "provider": {"name": "x", "url": self.url},
                "contact": {"name": "x"},
            },
            "resources": {
                "trees": {
                    "type": "collection",
                    "title": "Bäume",
                    "description": "Bäume",
                    "keywords": ["Baum"],
                    "links": [],
                    "extents": {"spatial": {"bbox": [13, 52, 14, 53]}},
                    "providers": [
                        {
                            "type": "feature",
                            "name": "GeoJSON",
                            "data": str(self.folder / "trees.geojson"),
                            "id_field": "id",
                            "crs": [f"http://www.opengis.net/def/crs/{name}" for name in crs],
                            "storage_crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
                        }
                    ],
                }
            },
        }


MAP = """MAP
 NAME "stadt"
 EXTENT 13 52 14 53
 PROJECTION "init=epsg:4326" END
 WEB METADATA
  "ows_enable_request" "*" "ows_title" "Stadt" "ows_onlineresource" "URL" "ows_srs" "EPSG:4326 EPSG:25833"
  "wfs_getfeature_formatlist" "geojson,gml"
 END END
 OUTPUTFORMAT
  NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json; subtype=geojson"
  FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=simple"
 END
 LAYER
  NAME "trees" TYPE POINT STATUS ON CONNECTIONTYPE OGR CONNECTION "TREES" DATA "trees" TEMPLATE "x"
  PROJECTION "init=epsg:4326" END
  METADATA "ows_title" "Trees" "gml_include_items" "all" "gml_featureid" "id" END
 END
 LAYER
  NAME "careless" TYPE POINT STATUS ON CONNECTIONTYPE OGR CONNECTION "TREES" DATA "trees" TEMPLATE "x"
  METADATA "ows_title" "Careless" "gml_include_items" "all" "gml_featureid" "id" END
 END
END
"""


class MapServer(Server):
    """MapServer as CGI with the types `trees` and `careless`; the latter has no PROJECTION of its own."""

    _served: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Install MapServer where the system has none, and serve it."""
        if not CGI.exists():
            run("apt-get", "install", "-y", "-q", "--no-install-recommends", "cgi-mapserver", "mapserver-bin")
        (self.folder / "trees.geojson").write_bytes(make_trees())
        text = MAP.replace("TREES", str(self.folder / "trees.geojson")).replace("URL", f"{self.url}/?")
        (self.folder / "city.map").write_text(text, "utf-8")
        (self.folder / "ms.conf").write_text('CONFIG\n ENV\n  MS_MAP_PATTERN "."\n END\nEND\n', "ascii")
        self._served = ThreadingHTTPServer(("127.0.0.1", self.port), _make_handler(self.folder, self.port))
        threading.Thread(target=self._served.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End the listener."""
        if self._served is not None:
            self._served.shutdown()
            self._served.server_close()


def _make_handler(folder: Path, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            environment = {
                "REQUEST_METHOD": "GET",
                "QUERY_STRING": self.path.partition("?")[2],
                "MAPSERVER_CONFIG_FILE": str(folder / "ms.conf"),
                "MS_MAPFILE": str(folder / "city.map"),
                "SCRIPT_NAME": "/",
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": str(port),
            }
            done = subprocess.run([str(CGI)], env=environment, capture_output=True, check=False)
            head, _, body = done.stdout.partition(b"\r\n\r\n")
            self.send_response(200)
            for line in head.decode().split("\r\n"):
                name, _, value = line.partition(":")
                self.send_header(name, value.strip())
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    return Handler


class Sshd(Server):
    """One OpenSSH server for the user of this process, who has a key; its files are below `root`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.root = folder / "root"
        self.key = folder / "user"
        self.host_key = folder / "host"

    def start(self) -> None:
        """Install the server where the system has none, make its keys, and start it."""
        program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if program is None:
            run("apt-get", "install", "-y", "-q", "--no-install-recommends", "openssh-server")
            program = "/usr/sbin/sshd"
        self.root.mkdir()
        for key in (self.key, self.host_key):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
        authorized = self.folder / "authorized"
        shutil.copy(f"{self.key}.pub", authorized)
        Path("/run/sshd").mkdir(exist_ok=True)
        options = [
            f"Port={self.port}",
            "ListenAddress=127.0.0.1",
            f"HostKey={self.host_key}",
            f"AuthorizedKeysFile={authorized}",
            "StrictModes=no",
            "UsePAM=no",
            "PermitRootLogin=prohibit-password",
            "Subsystem=sftp internal-sftp",
            f"PidFile={self.folder / 'pid'}",
        ]
        self.launch([program, "-D", "-e", "-f", "/dev/null", *(word for one in options for word in ("-o", one))])
        until(lambda: "Server listening" in (self.folder / "log").read_text("utf-8", "replace"), 30)
