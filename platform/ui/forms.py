from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates


class Renderer(DjangoTemplates):
    """Renders forms and their fields as our components, allauth's and every app's alike."""

    form_template_name = "ui/components/form.html"
    field_template_name = "ui/components/field.html"


class Segmented(forms.RadioSelect):
    """A few short choices side by side, one of them selected."""

    template_name = "ui/widgets/segmented.html"
    option_template_name = "ui/widgets/choice.html"


class ChoiceCards(forms.RadioSelect):
    """Choices that need a sentence each, as cards."""

    template_name = "ui/widgets/choice_cards.html"
    option_template_name = "ui/widgets/choice.html"


class Switch(forms.CheckboxInput):
    """On or off, taking effect at once or with the form."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"role": "switch", **(attrs or {})})


class ChipSelect(forms.SelectMultiple):
    """Several out of many: chips with a search field; without JavaScript, the browser's own list."""

    def __init__(self, attrs: dict[str, Any] | None = None, placeholder: str = "Add…") -> None:
        super().__init__({"data-chip-select": placeholder, **(attrs or {})})
