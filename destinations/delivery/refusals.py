"""What the services refuse, each with a message for the person who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from destinations.delivery.models import Delivery


class DeliveryRefusedError(Exception):
    """The root: this can't be done with this delivery now."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AlreadyWaitingError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("A delivery to this target is already waiting. It will send the latest data.")


class NotOpenError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("The destination of this delivery is not open to you. Ask someone who may send to it.")


class NotNowError(DeliveryRefusedError):
    def __init__(self, delivery: Delivery) -> None:
        super().__init__(f"This delivery is “{delivery.get_status_display()}”, so this isn't possible now.")


class OvertakenError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("A newer delivery went to the same target. Send again instead.")


class NotTriedError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("A sample is taken from a dry run. Start a dry run first.")


class NothingFailedError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("No row of this delivery failed.")
