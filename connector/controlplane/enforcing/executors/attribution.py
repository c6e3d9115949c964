"""`odrl:attribute`: whoever agrees to name the source has agreed to the wording; that is what is recorded."""

from collections.abc import Mapping

from connector.ports.actions import Performed, Task


class Attribution:
    """Implements `ports.actions.Executor`. Whether the source is named in the end, only the contract secures."""

    def performs(self, _parameters: Mapping[str, tuple[str, ...]]) -> bool:
        """Every attribution is fulfilled with the agreement."""
        return True

    def begin(self, task: Task) -> Performed:
        """Record that the wording was accepted."""
        return Performed({"accepted": " ".join(task.parameters.get("notice", ()))})

    async def perform(self, task: Task) -> Performed:
        """Record it for an agreement that was made before this was kept."""
        return self.begin(task)
