"""English sentences about command lines that are used wrongly."""

SENTENCES: dict[str, str] = {
    "no-such-option": "No such option: {name}",
    "near-option": "No such option: {name} Did you mean {near}?",
    "missing-argument": "Missing argument {name}.",
    "missing-option": "Missing option {name}.",
    "option-value": "Option {name} requires an argument.",
    "option-flag": "Option {name} does not take a value.",
    "extra-argument": "Got unexpected extra argument ({words})",
    "no-such-command": "No such command {name}.",
    "near-command": "No such command {name}. Did you mean {near}?",
    "missing-command": "Missing command.",
    "no-choice": "Invalid value for {name}: {value} is not one of {choices}.",
    "no-whole-number": "Invalid value for {name}: it is not a whole number.",
    "no-number": "Invalid value for {name}: it is not a number.",
    "too-small": "Invalid value for {name}: it is less than {bound}.",
    "too-large": "Invalid value for {name}: it is greater than {bound}.",
    "invalid-value": "Invalid value for {name}: {problem}",
    "wrong-use": "{problem}",
}
