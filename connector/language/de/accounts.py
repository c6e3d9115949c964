"""German texts of the login of the organisation, of the own settings, and of people with their roles."""

SENTENCES: dict[str, str] = {
    "sign-in": "Mit {login} anmelden",
    "sign-in-hint": "Mit dem Konto, das Sie bei der Arbeit benutzen.",
    "sign-in-local": "Mit Name und Passwort",
    "fault-away": "{login} ist zurzeit nicht erreichbar. Bitte versuchen Sie es in einigen Minuten noch einmal.",
    "fault-clock": (
        "Bei {login} gilt eine andere Uhrzeit als hier, deshalb ist die Anmeldung abgelehnt. "
        "Bitte sagen Sie dem Betrieb Ihres Hauses Bescheid: Beide Uhren müssen gleich gehen."
    ),
    "fault-denied": "{login} hat Sie nicht angemeldet. Bitte fragen Sie dort, wo Ihr Konto betreut wird.",
    "fault-disabled": "Ihr Konto ist auf diesen Seiten gesperrt. Der Betrieb Ihres Hauses kann die Sperre aufheben.",
    "fault-no-role": (
        "{login} kennt Sie, aber Ihr Konto hat keine Rolle für diese Seiten. "
        "Bitte fragen Sie den Betrieb Ihres Hauses nach der Rolle, die Sie brauchen."
    ),
    "fault-over": "Diese Anmeldung hat zu lange gedauert oder ist schon benutzt. Bitte melden Sie sich noch einmal an.",
    "fault-refused": (
        "Die Antwort von {login} ließ sich nicht prüfen, deshalb ist niemand angemeldet. "
        "Bitte versuchen Sie es noch einmal; wenn es wieder geschieht, sagen Sie dem Betrieb Ihres Hauses Bescheid."
    ),
    "by-login": "Sie kommen mit {login}. Passwort, Name und Rollen werden dort geändert.",
    "login": "dem Login Ihres Hauses",
    "out-title": "Sie sind hier abgemeldet",
    "out-lead": "Jetzt werden Sie auch bei {login} abgemeldet.",
    "out-button": "Bei {login} abmelden",
    "language": "Sprache",
    "language-lead": "Sprache der Seiten und der Nachrichten an Sie",
    "language-button": "Sprache speichern",
    "saved-passwort": "Das Passwort ist geändert. Überall sonst sind Sie abgemeldet.",
    "saved-nachrichten": "Gespeichert. Sie bekommen Nachrichten ab jetzt so.",
    "saved-sprache": "Die Sprache ist gespeichert.",
    "operating": "Betrieb",
    "people": "Personen und Rollen",
    "people-by-login": "Personen bekommen ihr Konto, wenn sie sich das erste Mal mit dem Login Ihres Hauses anmelden.",
    "column-person": "Person",
    "column-roles": "Rollen",
    "state-disabled": "gesperrt",
    "state-login": "mit Login",
    "state-password": "mit Passwort",
    "state-invited": "eingeladen",
    "role-provider": "Macht Angebote, veröffentlicht offene und interne, beantwortet Anfragen dazu.",
    "role-release": "Gibt auch Vertrauliches und Personenbezogenes frei, stimmt Anfragen zu, beendet Verträge.",
    "role-privacy": "Liest alles, was personenbezogene Angebote betrifft.",
    "role-consumer": "Sucht, fragt Daten an und öffnet, was geliefert wird.",
    "role-operator": "Betreibt das System und gibt Rollen.",
    "role-auditor": "Liest alles und ändert nichts.",
    "add": "Person hinzufügen",
    "add-button": "Hinzufügen und Link anzeigen",
    "add-wrong": (
        "Es fehlt etwas: ein Anmeldename, der Name der Person oder eine Rolle. Ein Anmeldename besteht aus "
        "kleinen Buchstaben, Ziffern, Punkten und Strichen."
    ),
    "field-person": "Name der Person, für andere",
    "field-name-hint": "Kleine Buchstaben, Ziffern, Punkte und Striche, zum Beispiel a.kaya",
    "done-rollen": "Die Rollen sind geändert und gelten sofort.",
    "done-gesperrt": "Das Konto ist gesperrt, alle Anmeldungen sind beendet.",
    "done-offen": "Die Sperre ist aufgehoben.",
    "disabled-since": "Gesperrt seit {at}",
    "email": "E-Mail",
    "since": "Konto seit",
    "own": "Das ist Ihr eigenes Konto. Rollen und Sperre ändert eine andere Person im Betrieb.",
    "roles-by-login": "Die Rollen nennt das Login Ihres Hauses bei jeder Anmeldung. Ändern Sie sie dort.",
    "roles-button": "Rollen ändern",
    "link": "Neuer Link für ein Passwort",
    "link-lead": "Das bisherige Passwort gilt dann nicht mehr, und alle Anmeldungen enden.",
    "link-button": "Link erstellen",
    "disable": "Konto sperren",
    "disable-lead": (
        "{person} kann sich dann nicht mehr anmelden, und alle Anmeldungen enden. Die Sperre lässt sich aufheben."
    ),
    "admit": "Sperre aufheben",
    "admit-lead": "Die Person meldet sich dann an wie zuvor.",
    "invited": "Link für {person}",
    "invited-lead": (
        "Geben Sie diesen Link der Person. Er gilt einmal, bis {until}, und wird nicht noch einmal angezeigt."
    ),
    "invited-done": "Fertig",
    "house": "Unser Eintrag im Datenraum",
    "house-lead": (
        "So steht Ihr Haus in der Teilnehmerliste. Änderungen gehen mit dem Teilnehmerausweis an den "
        "Betreiber des Datenraums."
    ),
    "house-missing": "Ihr Haus steht nicht in der Teilnehmerliste, die gerade gilt.",
    "house-id": "Kennung",
    "house-name": "Name",
    "house-address": "Adresse für Partner",
    "house-data": "Weitere Adresse für Daten",
    "house-list": "Teilnehmerliste",
    "house-version": "Version {version}, gültig bis {until}",
    "keys": "Schlüssel",
    "key-used": "unterschreibt",
    "key-listed": "steht in der Liste",
    "key-unlisted": "steht nicht in der Liste",
    "key-none": "Dieses Verfahren hat keine eigenen Schlüssel.",
    # Accounts at a broker.
    "member": "Organisation",
    "member-hint": "Die Suche zeigt der Person, was diese Organisation sieht. Ohne Angabe sieht sie, was alle sehen.",
    "member-button": "Organisation ändern",
    "member-unknown": "Diese Organisation steht nicht in der Teilnehmerliste. Bitte geben Sie ihre Kennung an.",
    "broker-operator": "Quellen und Angebote betreuen, den Index und die Personen verwalten.",
    "broker-consumer": "Suchen, was die eigene Organisation sieht.",
    "done-organisation": "Die Organisation ist geändert.",
    "sign-in-apart": (
        "Ihre Eingaben sind auf dieser Seite noch da. Melden Sie sich in einem neuen Fenster an. Kommen Sie dann "
        "hierher zurück und senden Sie die Eingaben."
    ),
    "sign-in-window": "(öffnet ein neues Fenster)",
    "sign-in-send": "Ich bin angemeldet: Eingaben senden",
    "signed-in": "Sie sind angemeldet",
    "signed-in-back": (
        "Ihre Eingaben warten im anderen Fenster. Schließen Sie dieses Fenster, und senden Sie die Eingaben dort."
    ),
}
