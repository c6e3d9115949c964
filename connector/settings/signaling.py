"""The settings of the signaling between control planes and data planes."""

from pathlib import Path
from typing import Annotated

from connector.settings.kinds import Meta, Port, Section, ShortText, Url


class SignalingClientSettings(Section, frozen=True, kw_only=True):
    """This process as a client of the authorization server of one data plane."""

    plane: Annotated[ShortText, Meta(description="Identifier of the data plane.")]
    token_endpoint: Annotated[Url, Meta(description="Address at which its authorization server issues tokens.")]
    client_id: Annotated[ShortText, Meta(description="Identifier of this process there.")]
    secret_file: Annotated[Path, Meta(description="File with the secret; only its owner may read the file.")]


class SignalingSettings(Section, frozen=True, kw_only=True):
    """The listener for the signaling between a control plane and data planes in processes of their own."""

    id: Annotated[
        ShortText | None,
        Meta(description="Identifier of this process among the planes; if omitted, that of the participant."),
    ] = None
    host: Annotated[
        ShortText, Meta(description="Address on which the listener accepts requests; do not expose it to the internet.")
    ] = "127.0.0.1"
    port: Annotated[
        Port | None,
        Meta(description="Port of the listener; 0 selects a free port; if omitted, there is no signaling."),
    ] = None
    public_url: Annotated[
        Url | None, Meta(description="URL at which the other planes reach it; if omitted, its own address and port.")
    ] = None
    labels: Annotated[
        tuple[ShortText, ...], Meta(description="As a data plane: labels by which assets choose it.")
    ] = ()
    dataspace: Annotated[ShortText, Meta(description="Name of the data space in messages to data planes.")] = "default"
    clients: Annotated[
        tuple[SignalingClientSettings, ...],
        Meta(
            description="Data planes whose authorization server issues the tokens for them, each with `plane`, "
            "`token_endpoint`, `client_id` and `secret_file`; for all others, this process signs its own."
        ),
    ] = ()
