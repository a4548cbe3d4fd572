"""The attributes that a treatment group sends to a destination about each customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

if TYPE_CHECKING:
    from destinations.models import Destination

DEFAULT_SOURCE_TABLE = "Merged_Customers"
EMAIL = "email"


class Attribute(BaseModel):
    """A column of a source table and the destination's field that it fills.

    A customer without a value for a required attribute is not sent.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    destination_attribute: str = Field(min_length=1)
    source_attribute: str = Field(min_length=1)
    source_table: str = DEFAULT_SOURCE_TABLE
    required: bool = False

    @property
    def column(self) -> str:
        """The attribute's column in the audience that is sent; the name of another table is its prefix."""
        if self.source_table == DEFAULT_SOURCE_TABLE:
            return self.source_attribute
        return f"{self.source_table}.{self.source_attribute}"


ATTRIBUTES = TypeAdapter(tuple[Attribute, ...])
IDENTITY = Attribute(destination_attribute=EMAIL, source_attribute=EMAIL, required=True)
"""HubSpot requires only email."""


def default_attributes(destination: Destination) -> tuple[Attribute, ...]:
    """What a destination is sent when it is assigned to a group: its default attributes, with an identity."""
    chosen = tuple(
        Attribute(
            destination_attribute=default.destination_attribute,
            source_table=default.source_table,
            source_attribute=default.source_attribute,
            required=default.destination_attribute == EMAIL,
        )
        for default in destination.default_attributes.all()
    )
    has_identity = any(attribute.destination_attribute == EMAIL for attribute in chosen)
    return chosen if has_identity else (IDENTITY, *chosen)
