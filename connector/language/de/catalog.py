"""German texts that a catalogue says of itself."""

SENTENCES: dict[str, str] = {
    "title": "Datenangebote: {name}",
    "description": "Datenangebote von {name} im Datenraum, mit ihren Nutzungsbedingungen.",
    "all-title": "Datenangebote im Datenraum: {name}",
    "all-description": "Datenangebote der Teilnehmer des Datenraums mit ihren Nutzungsbedingungen.",
    "change-Create": "Neu: {title}",
    "change-Update": "Geändert: {title}",
    "change-Delete": "Entfernt: {title}",
    "terms-elsewhere": "Die Nutzungsbedingungen stehen beim Anbieter; hier lassen sie sich nicht ganz angeben.",
    # The data themes of EU Vocabularies.
    "theme-AGRI": "Landwirtschaft, Fischerei, Forstwirtschaft und Nahrungsmittel",
    "theme-ECON": "Wirtschaft und Finanzen",
    "theme-EDUC": "Bildung, Kultur und Sport",
    "theme-ENER": "Energie",
    "theme-ENVI": "Umwelt",
    "theme-GOVE": "Regierung und öffentlicher Sektor",
    "theme-HEAL": "Gesundheit",
    "theme-INTR": "Internationale Themen",
    "theme-JUST": "Justiz, Rechtssystem und öffentliche Sicherheit",
    "theme-OP_DATPRO": "Vorläufige Daten",
    "theme-REGI": "Regionen und Städte",
    "theme-SOCI": "Bevölkerung und Gesellschaft",
    "theme-TECH": "Wissenschaft und Technologie",
    "theme-TRAN": "Verkehr",
}
