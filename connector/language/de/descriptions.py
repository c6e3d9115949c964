"""German texts about what the description of an asset lacks."""

SENTENCES: dict[str, str] = {
    "open-licence": "Offene Daten brauchen eine Lizenz, die sagt, wie sie genutzt werden dürfen: bitte eine wie "
    "cc-by/4.0 oder dl-by-de/2.0 angeben (--licence).",
    "hvd-licence": "Ein hochwertiger Datensatz (HVD) braucht eine Lizenz: bitte eine wie cc-by/4.0 oder dl-by-de/2.0 "
    "angeben (--licence).",
    "hvd-contact": "Ein hochwertiger Datensatz (HVD) braucht einen Kontakt: bitte E-Mail, Webseite oder Telefonnummer "
    "angeben (--contact), oder in den Einstellungen einen für alle Angebote.",
    "unstated": "Das Angebot nennt nicht alles, was Datenportale und Suche zeigen. Es fehlen: {members}.",
    "member-description": "eine Beschreibung (--description)",
    "member-keywords": "Schlagwörter (--keyword)",
    "member-themes": "ein Thema (--theme)",
    "member-contact": "ein Kontakt (--contact)",
    "member-place": "das Gebiet (--place)",
}
