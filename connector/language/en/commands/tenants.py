"""English sentences of tenants."""

SENTENCES: dict[str, str] = {
    "added": "The tenant {name} is added: {id}, at {address}.",
    "card": "Hand its identity card to the data-space operator: {card}",
    "ask-suspend": "Suspend the tenant {name}? Its peers are put off and its people cannot sign in.",
    "suspended": "The tenant {name} is suspended; its data stays.",
    "resumed": "The tenant {name} takes part again.",
    "exported": "{file}: {rows} rows and {files} files. Keep it as safe as the private key.",
    "ask-remove": "Remove the tenant {name} with all its data? This cannot be undone.",
    "removed": "The tenant {name} and all its data are removed.",
    "still-leaving": "The tenant {name} takes no part any more, but its data is still there: the process removes it, "
    "or repeat the command when the process is stopped.",
    "unknown": "There is no tenant {name}: `datenkontor tenant list` shows all.",
    "file-exists": "The file {file} already exists: name a new one.",
    "no-folder": "The settings {file} name no folder for tenants: add `folder` in the section [tenants], and restart.",
    "refused-form": "The name {name} cannot be used in addresses: use 2 to 40 lower-case letters, digits and hyphens, "
    "and begin with a letter.",
    "refused-reserved": "The name {name} is one of the connector itself: choose another name.",
    "refused-taken": "There is a tenant {name} already: choose another name.",
    "refused-folder": "There is a folder {name} of another tenant already: move it away, or choose another name.",
    "refused-full": "There are too many tenants for {name}: a process has 10,000 at most.",
}
