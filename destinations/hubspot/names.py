"""How HubSpot names properties: lower-case letters, digits and underscores, starting with a letter."""

from __future__ import annotations

import re

from destinations.delivery.specs import FIELD_NAME
from destinations.errors import NameTemplateError

NOT_ALLOWED = re.compile(r"[^a-z0-9_]")


def property_name(text: str) -> str:
    """The text in lower case, every other character an underscore: “First Name*” becomes “first_name_”.

    Raises NameTemplateError when the result does not start with a letter or is longer than 99 characters.
    """
    name = NOT_ALLOWED.sub("_", text.strip().lower())
    if not re.match(FIELD_NAME, name):
        raise NameTemplateError(
            f"“{text}” can't be the name of a HubSpot property: it must start with a letter from a to z and have"
            " at most 99 characters. Enter another name."
        )
    return name
