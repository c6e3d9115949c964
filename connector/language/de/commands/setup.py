"""Deutsche Sätze über das Einrichten eines Ordners, seinen Teilnehmerausweis und die Mitglieder der Liste."""

SENTENCES: dict[str, str] = {
    "already-member": "{id} ist schon Mitglied: --replace ersetzt den Eintrag; Rollen und Angaben bleiben.",
    "ask-lose": "{id} verliert: {lost}.",
    "claim-of": "Angabe {name}",
    "stands": "Rollen: {roles}; Angaben: {claims}",
}
