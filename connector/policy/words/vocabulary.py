"""What people call the actions, party functions and codes of the standard and of our profile.

The registry brings the words of its own operands, actions and taxonomy terms; these are the rest. Pure: standard
library only.
"""

from connector.policy.model.model import DK, ODRL
from connector.policy.vocabulary.actions import CC
from connector.policy.words.language import Pair

ACTIONS: dict[str, Pair] = {
    ODRL + "use": ("nutzen", "use"),
    ODRL + "transfer": ("auf Dauer abgeben", "hand over for good"),
    ODRL + "acceptTracking": ("Nachverfolgung hinnehmen", "accept tracking"),
    ODRL + "aggregate": ("mit anderen Daten zusammenführen", "combine with other data"),
    ODRL + "annotate": ("mit Anmerkungen versehen", "annotate"),
    ODRL + "anonymize": ("anonymisieren", "anonymise"),
    ODRL + "archive": ("archivieren", "archive"),
    ODRL + "attribute": ("Quelle nennen", "name the source"),
    ODRL + "compensate": ("bezahlen", "pay"),
    ODRL + "concurrentUse": ("gleichzeitig nutzen", "use at the same time"),
    ODRL + "delete": ("löschen", "delete"),
    ODRL + "derive": ("daraus Neues ableiten", "derive something new"),
    ODRL + "digitize": ("digitalisieren", "digitise"),
    ODRL + "display": ("anzeigen", "display"),
    ODRL + "distribute": ("weitergeben", "pass on"),
    ODRL + "ensureExclusivity": ("Ausschließlichkeit sichern", "ensure exclusivity"),
    ODRL + "execute": ("ausführen", "execute"),
    ODRL + "extract": ("Teile entnehmen", "extract parts"),
    ODRL + "give": ("verschenken", "give away"),
    ODRL + "grantUse": ("anderen die Nutzung erlauben", "let others use"),
    ODRL + "include": ("in anderes aufnehmen", "include in something else"),
    ODRL + "index": ("in einen Index aufnehmen", "index"),
    ODRL + "inform": ("Meldung machen", "notify"),
    ODRL + "install": ("installieren", "install"),
    ODRL + "modify": ("verändern", "modify"),
    ODRL + "move": ("verschieben", "move"),
    ODRL + "nextPolicy": ("diese Regeln mitgeben", "pass on these rules"),
    ODRL + "obtainConsent": ("Einwilligung einholen", "obtain consent"),
    ODRL + "play": ("abspielen", "play"),
    ODRL + "present": ("öffentlich vorführen", "present in public"),
    ODRL + "print": ("drucken", "print"),
    ODRL + "read": ("lesen", "read"),
    ODRL + "reproduce": ("kopieren", "copy"),
    ODRL + "reviewPolicy": ("Regeln prüfen", "review the rules"),
    ODRL + "sell": ("verkaufen", "sell"),
    ODRL + "stream": ("laufend abrufen", "stream"),
    ODRL + "synchronize": ("mit anderem abspielen", "synchronise"),
    ODRL + "textToSpeech": ("vorlesen lassen", "have read aloud"),
    ODRL + "transform": ("in ein anderes Format bringen", "change the format"),
    ODRL + "translate": ("übersetzen", "translate"),
    ODRL + "uninstall": ("deinstallieren", "uninstall"),
    ODRL + "watermark": ("mit Wasserzeichen versehen", "watermark"),
    CC + "Attribution": ("Urheber nennen", "give credit"),
    CC + "CommericalUse": ("kommerziell nutzen", "use commercially"),
    CC + "DerivativeWorks": ("Bearbeitungen verbreiten", "distribute derivative works"),
    CC + "Distribution": ("verbreiten", "distribute"),
    CC + "Notice": ("Hinweise erhalten", "keep notices"),
    CC + "Reproduction": ("vervielfältigen", "make copies"),
    CC + "ShareAlike": ("unter gleichen Bedingungen teilen", "share alike"),
    CC + "Sharing": ("nicht kommerziell teilen", "share without profit"),
    CC + "SourceCode": ("Quelltext beilegen", "supply the source code"),
}

FUNCTIONS: dict[str, Pair] = {
    "attributedParty": ("genannt wird", "named"),
    "attributingParty": ("nennt", "naming"),
    "compensatedParty": ("Geld erhält", "paid"),
    "compensatingParty": ("es bezahlt", "paying"),
    "consentedParty": ("Einwilligung erhält", "given consent"),
    "consentingParty": ("es willigt ein", "consenting"),
    "contractedParty": ("Auftrag erhält", "contracted"),
    "contractingParty": ("Auftrag gibt", "contracting"),
    "informedParty": ("an", "to"),
    "informingParty": ("es meldet", "from"),
    "trackedParty": ("nachverfolgt wird", "tracked"),
    "trackingParty": ("es verfolgt nach", "tracking"),
}

CODES: dict[str, Pair] = {
    "Monday": ("Montag", "Monday"),
    "Tuesday": ("Dienstag", "Tuesday"),
    "Wednesday": ("Mittwoch", "Wednesday"),
    "Thursday": ("Donnerstag", "Thursday"),
    "Friday": ("Freitag", "Friday"),
    "Saturday": ("Samstag", "Saturday"),
    "Sunday": ("Sonntag", "Sunday"),
    "public-body": ("Behörde", "public body"),
    "municipal-company": ("städtisches Unternehmen", "municipal company"),
    "university": ("Hochschule", "university"),
    "non-profit": ("gemeinnützige Organisation", "non-profit"),
    "company": ("Unternehmen", "company"),
    "person": ("Privatperson", "private person"),
    "plain": ("unverschlüsselt", "not encrypted"),
    "encrypted": ("verschlüsselt", "encrypted"),
    "none": ("keine fällig", "none due"),
    "due": ("offen", "open"),
    "settled": ("bezahlt", "paid"),
    "overdue": ("überfällig", "overdue"),
    "record": ("einzelner Datensatz", "single record"),
    "household": ("Haushalt", "household"),
    "block": ("Baublock", "block"),
    "district": ("Stadtteil", "district"),
    "city": ("ganze Stadt", "whole city"),
    "onAllow": ("jeder erlaubte Zugriff", "every permitted access"),
    "onDeny": ("jeder verweigerte Zugriff", "every denied access"),
    "always": ("jeder Zugriff", "every access"),
}
"""Codes of the closed lists in the registry."""

NAMES: dict[str, Pair] = {
    ODRL + "policyUsage": ("Nutzung", "use"),
    DK + "emergency": ("Notfall", "emergency"),
    DK + "maintenance": ("Wartung", "maintenance"),
}
"""Well-known names of the open lists."""
