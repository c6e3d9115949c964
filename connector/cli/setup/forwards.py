"""What the network in front of a folder has to do, so that others reach the process at its public addresses."""

from urllib.parse import urlsplit

from connector.cli.frame.output import Output
from connector.cli.setup.plan import Plan


def list_forwards(plan: Plan) -> dict[str, int]:
    """Return the public origins of a folder that others reach, each with the port of this machine that answers it."""
    if plan.local:
        return {}
    return {
        plan.public_url: plan.ports["protocol"],
        plan.second: plan.ports["broker" if plan.is_broker else "data"],
    }


def describe_forwards(output: Output, plan: Plan) -> list[str]:
    """Return what the network in front has to do: the public ports are not those of the listeners by themselves."""
    forwards = list_forwards(plan)
    lines = [output.say("setup.forward", url=url, port=port) for url, port in forwards.items()]
    if any(urlsplit(url).port not in {None, 443} for url in forwards):
        both = urlsplit(plan.public_url).port not in {None, 443}
        later = "`datenkontor card --search`" if plan.is_broker else "`data.public_url`, `datenkontor card`"
        lines.append(output.say("setup.forward-both-ports" if both else "setup.forward-ports", later=later))
    return lines
