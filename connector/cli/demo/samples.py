"""The generated data of the demonstration; all of it is marked as synthetic."""

import csv
import json
import math
import random
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

READINGS = 5_000
STREETS = ("Ringstraße", "Am Markt", "Hafenweg", "Königsallee")


def write_readings(path: Path) -> None:
    """Write a CSV of air and traffic sensor readings, one a minute."""
    rng = random.Random(7)  # noqa: S311 - the same sample data every time
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["time", "sensor", "vehicles_per_minute", "no2_ug_m3", "temperature_c"])
        for minute in range(READINGS):
            at = start + timedelta(minutes=minute)
            day = math.sin(minute / 1440 * 2 * math.pi)
            values = [round(20 + 12 * day + rng.random() * 6), round(30 + 10 * day + rng.random() * 4, 1)]
            rows.writerow([at.isoformat(), f"SYN-{minute % 4}", *values, round(5 + 4 * day + rng.random(), 1)])


def write_counts(folder: Path) -> None:
    """Write a folder of JSON files, traffic counts of one street each."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(11)  # noqa: S311 - the same sample data every time
    for number, street in enumerate(STREETS):
        counts = [rng.randint(0, 400) for _ in range(24)]
        document = {"synthetic": True, "street": street, "vehicles_per_hour": counts}
        (folder / f"street-{number}.json").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


class LiveSource:
    """An HTTP source on loopback with a new reading for every request: free parking spaces."""

    def __init__(self) -> None:
        self.served = 0
        source = self

        class SampleHandler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Send the current reading."""
                source.served += 1
                body = json.dumps(source.build_reading()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Write no log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), SampleHandler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/parking.json"
        threading.Thread(target=self._server.serve_forever, name="live source", daemon=True).start()

    def build_reading(self) -> dict[str, Any]:
        """Return the current reading."""
        return {
            "synthetic": True,
            "reading": self.served,
            "at": datetime.now(UTC).isoformat(),
            "free": 120 + self.served % 17,
        }

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
