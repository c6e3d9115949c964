"""What the participant list says of this participant itself, in a sentence for the people who run it."""


def find_own_warning(id: str, key: str, *, has_entry: bool, is_suspended: bool, has_key: bool) -> str | None:
    """Return what a person has to do so that others speak with this participant; None if they do.

    `key` is the one with which this process signs, `has_key` whether the list knows it.
    """
    if is_suspended:
        return (
            "The data-space operator has suspended this participant, so nobody speaks with it: ask the operator "
            "for the reason. It takes part again, without a restart, when it is admitted."
        )
    if not has_key:
        return (
            f"The participant list does not contain the key {key}, with which this process signs: restart it if its "
            "key file is newer, else send the card to the data-space operator."
        )
    if not has_entry:
        return (
            f"{id} is not on the participant list, so nobody speaks with it: ask the data-space operator for an "
            "invitation, and use it with `datenkontor join`."
        )
    return None
