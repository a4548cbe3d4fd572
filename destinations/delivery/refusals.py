"""What the services refuse, each with a sentence for the person who asked."""

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
        super().__init__("A delivery to this place is waiting already. It will send the latest data.")


class NotOpenError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("The destination of this delivery is not open to you. Ask somebody who may send to it.")


class NotNowError(DeliveryRefusedError):
    def __init__(self, delivery: Delivery) -> None:
        super().__init__(f"This delivery is “{delivery.get_status_display()}”, so this can't be done now.")


class OvertakenError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("A newer delivery went to the same place. Send again instead.")


class NotTriedError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("A sample is sent of what a dry run has looked at. Start a dry run first.")


class NothingFailedError(DeliveryRefusedError):
    def __init__(self) -> None:
        super().__init__("No row of this delivery failed.")
