"""Which connector serves each kind of destination; imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.utils.module_loading import import_string

from destinations.delivery.errors import ConfigurationError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from destinations.delivery.connector import Capabilities, Connector, RateObserver
    from destinations.delivery.specs import ConnectorSettings, TargetSpec

CONNECTORS = {
    "hubspot": "destinations.hubspot.connector.HubSpotConnector",
}


def connector_class(kind: str) -> type[Connector]:
    """Raises ConfigurationError when this installation has no destination of that kind."""
    if kind not in CONNECTORS:
        raise ConfigurationError(f"This installation has no destination of the kind “{kind}”.")
    return cast("type[Connector]", import_string(CONNECTORS[kind]))


def capabilities(kind: str) -> Capabilities:
    return connector_class(kind).capabilities


def claims(kind: str, target: TargetSpec) -> tuple[str, ...]:
    return connector_class(kind).claims(target)


def open_connector(settings: ConnectorSettings, *, observe: RateObserver) -> AbstractContextManager[Connector]:
    """The connector for these settings, signed in."""
    return connector_class(settings.account.kind).open(settings, observe=observe)
