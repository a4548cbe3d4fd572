"""Which connector serves which kind of destination: imported when first needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from django.utils.module_loading import import_string

from destinations.delivery.errors import ConfigurationError

if TYPE_CHECKING:
    from destinations.delivery.connector import Connector, RateObserver
    from destinations.delivery.specs import ConnectorSettings

CONNECTORS = {
    "hubspot": "destinations.hubspot.connector.open_connector",
}


class ConnectorFactory(Protocol):
    """Signs in; `observe` is told what each answer says about limits."""

    def __call__(self, settings: ConnectorSettings, *, observe: RateObserver) -> Connector: ...


def open_connector(settings: ConnectorSettings, *, observe: RateObserver) -> Connector:
    """The connector for these settings, or ConfigurationError when this installation has none of that kind."""
    kind = settings.account.kind
    if kind not in CONNECTORS:
        raise ConfigurationError(f"This installation has no destination of the kind “{kind}”.")
    factory = cast("ConnectorFactory", import_string(CONNECTORS[kind]))
    return factory(settings, observe=observe)
