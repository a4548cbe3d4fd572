"""A destination's form asks for what the settings model of its plugin declares, whatever the plugin."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import pytest
from django import forms
from pydantic import BaseModel

from destinations.asking import Asked
from destinations.delivery.specs import Guards
from destinations.forms import plugin_settings
from destinations.hubspot.settings import HubSpotSettings
from destinations.settings import DestinationSettings


class Region(StrEnum):
    EUROPE = "eu"
    ELSEWHERE = "row"


class MailSettings(DestinationSettings):
    """Those of a plugin that is not in the catalogue yet."""

    region: Annotated[Region, Asked(label="Region", section="Account", choices={"eu": "Europe"})] = Region.EUROPE
    sender: Annotated[str, Asked(label="Sender", help="As readers see it.", section="Account")] = ""
    pause: Annotated[int | None, Asked(label="Pause", least=5, most=60)] = None
    kept_to_ourselves: int = 3


def test_each_setting_becomes_a_field_in_its_words() -> None:
    fields = plugin_settings.form_fields(MailSettings)

    assert (fields["sender"].label, fields["sender"].help_text) == ("Sender", "As readers see it.")
    region, pause = fields["region"], fields["pause"]
    assert isinstance(region.widget, forms.RadioSelect)
    assert region.widget.choices == [("eu", "Europe"), ("row", "row")]
    assert isinstance(pause, forms.IntegerField)
    assert (pause.min_value, pause.max_value, pause.required) == (5, 60, False)
    assert "guards_max_removals" in fields
    assert "kept_to_ourselves" not in fields
    sections = plugin_settings.sections(MailSettings)
    assert list(sections) == ["Settings", "Guards", "Limits", "Account"]
    assert sections["Account"] == ["region", "sender"]


def test_settings_come_back_from_the_form_as_they_were() -> None:
    for settings in (HubSpotSettings(), HubSpotSettings(guards=Guards(max_removals=None), daily_calls=7)):
        assert plugin_settings.written(HubSpotSettings, plugin_settings.initial(settings)) == settings


def test_a_type_that_no_form_knows_is_named_to_whoever_writes_the_plugin() -> None:
    class Odd(BaseModel):
        rates: Annotated[list[int], Asked(label="Rates")] = []

    with pytest.raises(TypeError, match="rates"):
        plugin_settings.form_fields(Odd)
