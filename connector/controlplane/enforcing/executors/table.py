"""The table of executors, by the IRI of the action."""

from connector.controlplane.enforcing.executors.attribution import Attribution
from connector.controlplane.enforcing.executors.delete import Delete
from connector.controlplane.enforcing.executors.log import Log
from connector.controlplane.enforcing.executors.notify import Notify
from connector.net.client import GuardedClient
from connector.policy.model.policy import DK, ODRL
from connector.ports.actions import Executor


def build_executors(client: GuardedClient | None = None) -> dict[str, Executor]:
    """Return the executors of this connector; a duty of any other action waits for a person's receipt.

    Without a client the executors still state what they perform, as for a policy that is checked on the command line.
    """
    return {
        DK + "log": Log(),
        ODRL + "inform": Notify(client),
        ODRL + "delete": Delete(),
        ODRL + "attribute": Attribution(),
    }
