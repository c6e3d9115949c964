"""The failure of a command: what other rooms say in English is said in the language of the call."""

from connector.cli.frame.failure import Code, Failure, say_translated


def test_what_other_rooms_say_in_english_is_said_in_german_with_its_values() -> None:
    reason = "The settings file a.toml cannot be read (Permission denied): create one with `datenkontor init`."
    failure = Failure(Code.FAILED, "errors.reported", reason={"en": reason})
    assert failure.say("en") == reason
    assert failure.say("de") == (
        "Die Einstellungen a.toml lassen sich nicht lesen (keine Berechtigung): `datenkontor init` legt welche an."
    )
    told = say_translated(
        "de", "errors.reported", {"reason": ("The record cannot be read.", "The crawler does not run.")}
    )
    assert told == "Das Verzeichnis ist nicht lesbar. Das Einlesen läuft nicht."
