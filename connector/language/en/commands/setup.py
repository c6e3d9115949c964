"""English sentences about the set-up of a folder, its identity card and the members of the list."""

SENTENCES: dict[str, str] = {
    "already-member": "{id} is already a member: add --replace to replace its entry; its roles and claims stay.",
    "ask-lose": "{id} loses: {lost}.",
    "claim-of": "claim {name}",
    "stands": "roles: {roles}; claims: {claims}",
}
