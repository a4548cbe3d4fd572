"""The form of a plugin's settings, built from its settings model: a field for each that is `Asked`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from django import forms
from pydantic import BaseModel
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from destinations.asking import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from destinations.settings import DestinationSettings

LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its path in the model, such as `("guards", "daily_calls")`, its type, and its `Asked`."""

    path: tuple[str, ...]
    type: Any
    is_optional: bool
    asked: Asked

    @property
    def name(self) -> str:
        """The name of the form field."""
        return "_".join(self.path)

    def field(self) -> forms.Field:
        """Raises TypeError for a type without a form field."""
        make = next((make for fits, make in MAKERS if fits(self.type)), None)
        if make is None:
            raise TypeError(f"{self.name}: settings of the type {self.type} can't be asked for.")
        made = make(self)
        made.label, made.help_text = self.asked.label, self.asked.help
        return made


def settings_of(model: type[BaseModel], place: tuple[str, ...] = ()) -> Iterator[Setting]:
    """In the model's order, nested models included; settings that are not `Asked` are left out."""
    for name, info in model.model_fields.items():
        kind, is_optional = _unwrapped(info.annotation)
        asked = next((each for each in info.metadata if isinstance(each, Asked)), None)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, (*place, name))
        elif asked is not None:
            yield Setting((*place, name), kind, is_optional, asked)


def form_fields(model: type[BaseModel]) -> dict[str, forms.Field]:
    return {setting.name: setting.field() for setting in settings_of(model)}


def sections(model: type[BaseModel]) -> dict[str, list[str]]:
    """Names of fields by heading."""
    found: dict[str, list[str]] = {}
    for setting in settings_of(model):
        found.setdefault(setting.asked.section, []).append(setting.name)
    return found


def initial(settings: BaseModel) -> dict[str, Any]:
    stored = settings.model_dump(mode="json")
    return {setting.name: _at(stored, setting.path) for setting in settings_of(type(settings))}


def written(model: type[DestinationSettings], answers: Mapping[str, Any]) -> DestinationSettings:
    """The settings with these values from a valid form."""
    values: dict[str, Any] = {}
    for setting in settings_of(model):
        *outer, last = setting.path
        place = values
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = answers[setting.name]
    return model.model_validate(values)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """The type without `| None`, and whether it had that."""
    if get_origin(annotation) is not UnionType:
        return annotation, False
    (kind,) = (each for each in get_args(annotation) if each is not type(None))
    return kind, True


def _at(values: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        values = values[name]
    return values


def _switch(_setting: Setting) -> forms.Field:
    return forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget())


def _number(setting: Setting) -> forms.Field:
    return forms.IntegerField(
        min_value=setting.asked.least,
        max_value=setting.asked.most,
        required=not setting.is_optional,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


def _choice(setting: Setting) -> forms.Field:
    words = setting.asked.choices
    choices = [(each.value, words.get(each.value, each.value)) for each in setting.type]
    return forms.ChoiceField(choices=choices, widget=UnfoldAdminRadioSelectWidget())


def _text(setting: Setting) -> forms.Field:
    widget = UnfoldAdminTextInputWidget()
    return forms.CharField(max_length=LONGEST_TEXT, required=not setting.is_optional, widget=widget)


def _fixed(setting: Setting) -> forms.Field:
    """A setting with only one possible value is shown read-only."""
    (value,) = get_args(setting.type)
    widget = UnfoldAdminTextInputWidget()
    return forms.CharField(initial=value, disabled=True, required=False, widget=widget)


MAKERS: tuple[tuple[Callable[[Any], bool], Callable[[Setting], forms.Field]], ...] = (
    (lambda kind: kind is bool, _switch),
    (lambda kind: kind is int, _number),
    (lambda kind: kind is str, _text),
    (lambda kind: isinstance(kind, type) and issubclass(kind, StrEnum), _choice),
    (lambda kind: get_origin(kind) is Literal, _fixed),
)
