"""The paths that the pages of a connector and those of a broker share: signing in and out, and accounts."""

from collections.abc import Sequence

from connector.web.chapters import signing
from connector.web.chapters.accounts import login, people, settings
from connector.web.frame.application import PageRow
from connector.web.rights import ANYBODY, EVERYBODY, OPERATORS

ACCOUNT_PAGES: Sequence[PageRow] = (
    ("GET", "/anmelden", signing.show_sign_in, ANYBODY),
    ("POST", "/anmelden", signing.sign_in, ANYBODY),
    ("GET", signing.SIGNED_IN, signing.show_signed_in, EVERYBODY),
    ("GET", login.BEGIN, login.begin, ANYBODY),
    ("GET", login.BACK, login.finish, ANYBODY),
    ("POST", "/abmelden", login.sign_out, ANYBODY),
    ("GET", "/willkommen", signing.show_welcome, ANYBODY),
    ("POST", "/willkommen", signing.choose_password, ANYBODY),
    ("GET", "/sprache/{language}", signing.choose_language, ANYBODY),
    ("GET", "/konto", settings.show_settings, EVERYBODY),
    ("POST", "/konto/sprache", settings.choose_language, EVERYBODY),
    ("POST", "/konto/passwort", settings.change_password, EVERYBODY),
    ("POST", "/konto/abmelden", login.sign_out_everywhere, EVERYBODY),
    ("GET", people.PEOPLE, people.show_people, OPERATORS),
    ("POST", people.PEOPLE, people.add, OPERATORS),
    ("GET", people.PERSON, people.show_person, OPERATORS),
    ("POST", f"{people.PERSON}/rollen", people.change_roles, OPERATORS),
    ("POST", f"{people.PERSON}/link", people.send_link, OPERATORS),
    ("POST", f"{people.PERSON}/sperren", people.disable, OPERATORS),
    ("POST", f"{people.PERSON}/oeffnen", people.admit, OPERATORS),
)
