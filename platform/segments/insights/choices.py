"""The attributes by which a person has customers broken down: the same in every segment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.db import transaction

from customer360.engine.interface import DataType
from customer360.semantics import Semantic
from segments.insights.breakdowns import MOST_ATTRIBUTES
from segments.models import BreakdownChoice
from ui.forms import ChipSelect

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from accounts.models import User
    from segments.schema import Attribute, Profiles

PROPOSED = 6
"""How many attributes are shown to people who have not chosen any."""


KEYS = frozenset({Semantic.KEY, Semantic.CUSTOMER_KEY})


class BreakdownForm(forms.Form):
    """A choice of up to six of the attributes `offered`."""

    # Not “attributes”: a form's field of that name hides the property of the same name from scripts.
    columns = forms.MultipleChoiceField(
        label="Attributes", required=False, widget=ChipSelect(placeholder="Add an attribute…")
    )

    def __init__(
        self, data: Mapping[str, object] | None = None, *, offered: Sequence[str], chosen: Sequence[str]
    ) -> None:
        super().__init__(data, initial={"columns": list(chosen)})
        self.fields["columns"].choices = [(name, name) for name in offered]  # type: ignore[attr-defined]
        self.fields["columns"].help_text = f"Up to {MOST_ATTRIBUTES}. Your choice applies to every segment."

    def clean_columns(self) -> list[str]:
        names: list[str] = self.cleaned_data["columns"]
        if len(names) > MOST_ATTRIBUTES:
            raise forms.ValidationError(f"Choose at most {MOST_ATTRIBUTES}; you have {len(names)}.")
        return names


def offered(profiles: Profiles, *, redact: bool) -> list[str]:
    """What customers can be broken down by: no keys, and with `redact` no personal data."""
    return [
        each.name
        for each in profiles.attributes.values()
        if each.semantic not in KEYS and each.name != profiles.key and not (redact and each.is_pii)
    ]


def chosen_by(user: User, profiles: Profiles, *, redact: bool) -> list[str]:
    """What the person chose, as far as it is offered; without a choice, the first attributes that suit."""
    names = offered(profiles, redact=redact)
    kept = BreakdownChoice.objects.filter(user=user).values_list("attributes", flat=True).first()
    if kept is not None:
        return [name for name in kept if name in names]
    return [name for name in names if _suits(profiles.attributes[name])][:PROPOSED]


@transaction.atomic
def choose(*, user: User, attributes: Sequence[str]) -> None:
    """Saves the person's choice, which may be empty."""
    BreakdownChoice.objects.update_or_create(user=user, defaults={"attributes": list(attributes)})


def _suits(attribute: Attribute) -> bool:
    return not attribute.is_pii and attribute.type is not DataType.OTHER
