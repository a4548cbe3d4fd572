"""Forms of the admin for rows that several operators may have open at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django import forms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict


class WatchfulForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """When two people save the same row, the second sees the first one's changes and saves again knowingly.

    `watched` names the row's attributes to compare, with their labels.
    """

    watched: ClassVar[Mapping[str, str]]

    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Before any input is written into the row.
        watched = self.watched if self.instance.pk else ()
        self._stored = {name: _told(getattr(self.instance, name)) for name in watched}
        self.initial["seen"] = json.dumps(self._stored)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen = cleaned.get("seen")
        if self.instance.pk and seen and seen != self.initial["seen"]:
            self._refuse_a_late_save(seen)
        return cleaned

    def _refuse_a_late_save(self, seen: str) -> None:
        answered = cast("QueryDict", self.data).copy()
        answered[self.add_prefix("seen")] = self.initial["seen"]
        self.data = answered
        before = _read(seen)
        changed = [name for name in self.watched if self._stored[name] != before.get(name)]
        self.add_error(None, "Someone saved this while you were editing. Save again to replace it with yours.")
        for name in changed:
            self.add_error(None, f"{self.watched[name]} is now “{self._stored[name]}”.")


def _told(value: Any) -> str:
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def _read(seen: str) -> dict[str, Any]:
    try:
        values = json.loads(seen)
    except (ValueError, RecursionError):  # the latter of lists in lists in lists
        return {}
    return values if isinstance(values, dict) else {}
