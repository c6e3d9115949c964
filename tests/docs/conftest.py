"""The command line, for pages whose commands are followed."""

from tests.cli.conftest import cli as cli
