"""English sentences about two versions of a policy and about the way out of a denial."""

SENTENCES: dict[str, str] = {
    # Whether the new version grants more or less.
    "width-same": "Both versions grant the same.",
    "width-widened": "The new version grants more.",
    "width-narrowed": "The new version grants less.",
    "width-changed": "The new version grants something else.",
    "width-unknown": "It is undecided whether the new version grants more or less.",
    # The parts of a policy.
    "part-permission": "permission",
    "part-prohibition": "prohibition",
    "part-obligation": "obligation",
    "part-duty": "duty before access",
    "part-remedy": "remedy",
    "part-constraint": "condition",
    "part-conflict": "precedence in a conflict",
    # A change of a part.
    "kind-added": "{part} added",
    "kind-removed": "{part} removed",
    "kind-widened": "{part} widened",
    "kind-narrowed": "{part} narrowed",
    "kind-changed": "{part} changed",
    "before": "before: {constraints}",
    "after": "now: {constraints}",
    # A path from a denial to a permission.
    "path-proven": "Permitted if {steps}",
    "path-open": "Perhaps permitted if {steps}",
    "steps-with": "{steps}",
    "steps-without": "this is not the case: {steps}",
    "step-action": "the action is {name}",
    "step-target": "the data are {name}",
    "step-assignee": "the party is {name}",
    "step-duty": "the duty before access is fulfilled",
    "step-wait": "it is {at} or later",
}
