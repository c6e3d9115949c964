"""English texts of the login of the organisation, of the own settings, and of people with their roles."""

SENTENCES: dict[str, str] = {
    "sign-in": "Sign in with {login}",
    "sign-in-hint": "With the account that you use at work.",
    "sign-in-local": "With name and password",
    "fault-away": "{login} cannot be reached at present. Please try again in a few minutes.",
    "fault-clock": (
        "{login} and these pages have different times, so the sign-in was refused. "
        "Please tell your operations team: the clocks of both have to agree."
    ),
    "fault-denied": "{login} did not let you in. Please ask the people who look after your account there.",
    "fault-disabled": "Your account is disabled on these pages. Your operations team can admit it again.",
    "fault-no-role": (
        "{login} knows you, but your account has no role for these pages. "
        "Please ask your operations team for the role that you need."
    ),
    "fault-over": "This sign-in took too long or was already used. Please sign in again.",
    "fault-refused": (
        "The answer of {login} could not be verified, so nobody was signed in. "
        "Please try again; if it happens again, tell your operations team."
    ),
    "by-login": "You come with {login}. Password, name and roles are changed there.",
    "login": "the login of your organisation",
    "out-title": "You are signed out here",
    "out-lead": "You are now being signed out of {login} too.",
    "out-button": "Sign out of {login}",
    "language": "Language",
    "language-lead": "Language of the pages and of messages to you",
    "language-button": "Save language",
    "saved-passwort": "The password is changed. You are signed out everywhere else.",
    "saved-nachrichten": "Saved. You get messages like this from now on.",
    "saved-sprache": "The language is saved.",
    "operating": "Operations",
    "people": "People and roles",
    "people-by-login": "People get their account when they first sign in with the login of your organisation.",
    "column-person": "Person",
    "column-roles": "Roles",
    "state-disabled": "disabled",
    "state-login": "by login",
    "state-password": "with password",
    "state-invited": "invited",
    "role-provider": "Makes offers, publishes open and internal ones, answers requests for them.",
    "role-release": "Releases confidential and personal data too, agrees to requests, ends agreements.",
    "role-privacy": "Reads everything about offers of personal data.",
    "role-consumer": "Searches, asks for data and opens what is delivered.",
    "role-operator": "Runs the system and gives roles.",
    "role-auditor": "Reads everything and changes nothing.",
    "add": "Add a person",
    "add-button": "Add and show the link",
    "add-wrong": (
        "Please give a name of small letters, digits, dots and dashes, the name of the person, and at least one role."
    ),
    "field-person": "Name of the person, for others",
    "field-name-hint": "Small letters, digits, dots and dashes, for example a.kaya",
    "done-rollen": "The roles are changed and hold at once.",
    "done-gesperrt": "The account is disabled, and all sessions have ended.",
    "done-offen": "The account is admitted again.",
    "disabled-since": "Disabled since {at}",
    "email": "E-mail",
    "since": "Account since",
    "own": "This is your own account. Another person of operations changes its roles and access.",
    "roles-by-login": "The login of your organisation states the roles at each sign-in. Change them there.",
    "roles-button": "Change roles",
    "link": "New link for a password",
    "link-lead": "The present password is no longer valid then, and all sessions end.",
    "link-button": "Make a link",
    "disable": "Disable account",
    "disable-lead": "{person} can no longer sign in then, and all sessions end. The account can be admitted again.",
    "admit": "Admit account again",
    "admit-lead": "The person signs in as before then.",
    "invited": "Link for {person}",
    "invited-lead": "Give this link to the person. It works once, until {until}, and is not shown again.",
    "invited-done": "Done",
    "house": "Our entry in the data space",
    "house-lead": (
        "This is how the participant list names your organisation. Changes go to the data-space "
        "operator with the identity card."
    ),
    "house-missing": "Your organisation is not on the participant list that is in force.",
    "house-id": "Identifier",
    "house-name": "Name",
    "house-address": "Address for partners",
    "house-data": "Further address for data",
    "house-list": "Participant list",
    "house-version": "Version {version}, valid until {until}",
    "keys": "Keys",
    "key-used": "signs",
    "key-listed": "is listed",
    "key-unlisted": "is not listed",
    "key-none": "This mechanism has no keys of its own.",
    # Accounts at a broker.
    "member": "Organisation",
    "member-hint": "The search shows the person what this organisation sees. Without one, what everybody sees.",
    "member-button": "Change the organisation",
    "member-unknown": "This organisation is not on the participant list. Please enter its identifier.",
    "broker-operator": "Look after sources and offers, manage the index and the people.",
    "broker-consumer": "Search in what the own organisation sees.",
    "done-organisation": "The organisation was changed.",
    "sign-in-apart": (
        "What you entered is still on this page. Please sign in: that opens a new window. Then come back here and send "
        "it."
    ),
    "sign-in-window": "(opens a new window)",
    "sign-in-send": "I have signed in: send what I entered",
    "signed-in": "You have signed in",
    "signed-in-back": "What you entered waits in the other window. Close this one, and send it there.",
}
