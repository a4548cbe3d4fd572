from __future__ import annotations

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "destinations.delivery"
    label = "delivery"
    verbose_name = "Deliveries"

    def ready(self) -> None:
        from customer360 import usage
        from destinations.delivery import keeping as evidence
        from destinations.delivery import recovery
        from destinations.delivery.planning import versions_to_read
        from tenants import chores, keeping
        from tenants.models import Retention
        from ui.navigation import NavEntry, register

        usage.register_pins(versions_to_read)
        keeping.register(
            "delivery evidence",
            keeping.Keeping(Retention.Kind.DELIVERY_EVIDENCE, 400, evidence.remove_evidence),
        )
        chores.register(chores.Job.RECOVER, "deliveries", recovery.recover)
        register(
            NavEntry(
                label="Deliveries",
                url_name="deliveries",
                icon="delivery",
                action="delivery:view",
                group="Delivery",
                order=30,
            )
        )
