"""English texts that a catalogue says of itself."""

SENTENCES: dict[str, str] = {
    "title": "Datasets: {name}",
    "description": "Datasets that {name} offers in the data space, with their terms of use.",
    "all-title": "Datasets of the data space: {name}",
    "all-description": "Datasets that the participants of the data space offer, with their terms of use.",
    "change-Create": "New: {title}",
    "change-Update": "Changed: {title}",
    "change-Delete": "Removed: {title}",
    "terms-elsewhere": "The terms of use are in the catalogue of the provider; they cannot be stated here as a whole.",
    # The data themes of EU Vocabularies.
    "theme-AGRI": "Agriculture, fisheries, forestry and food",
    "theme-ECON": "Economy and finance",
    "theme-EDUC": "Education, culture and sport",
    "theme-ENER": "Energy",
    "theme-ENVI": "Environment",
    "theme-GOVE": "Government and public sector",
    "theme-HEAL": "Health",
    "theme-INTR": "International issues",
    "theme-JUST": "Justice, legal system and public safety",
    "theme-OP_DATPRO": "Provisional data",
    "theme-REGI": "Regions and cities",
    "theme-SOCI": "Population and society",
    "theme-TECH": "Science and technology",
    "theme-TRAN": "Transport",
}
