"""Executors: one file for each kind of action that this connector performs for a duty, and one line in `table`.

A new executor is a file here with a class that implements `ports.actions.Executor`, and its line in
`table.build_executors`. Nothing else lists them: the composition root passes the table to the `Library` of policies.
From there `judging` reads whether a duty is performed here (`Executor.performs`), so that an offer with it is accepted,
and `enforcing` performs it. An action that the policy language does not have is a row in `policies/operands.toml`.
"""
