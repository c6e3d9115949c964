"""German names of problems that the system or the network names in English."""

SENTENCES: dict[str, str] = {
    "No such file or directory": "Datei oder Ordner nicht gefunden",
    "Permission denied": "keine Berechtigung",
    "Is a directory": "das ist ein Ordner",
    "Not a directory": "das ist kein Ordner",
    "File exists": "Datei existiert bereits",
    "No space left on device": "kein Speicherplatz frei",
    "Read-only file system": "das Dateisystem ist schreibgeschützt",
    "Input/output error": "Lese- oder Schreibfehler",
    "File name too long": "Dateiname zu lang",
    "Operation not permitted": "nicht erlaubt",
    "Too many open files": "zu viele offene Dateien",
    "the disk failed": "der Datenträger ist gestört",
    "no answer in time": "keine Antwort innerhalb der Zeit",
    "connection refused": "Verbindung abgelehnt",
    "name or service not known": "Name unbekannt",
    "its log is empty": "sein Protokoll ist leer",
    "connection reset by peer": "Verbindung von der Gegenseite getrennt",
    "no route to host": "kein Weg zum Rechner",
    "network is unreachable": "Netz nicht erreichbar",
    "temporary failure in name resolution": "Namensauflösung zurzeit gestört",
}
