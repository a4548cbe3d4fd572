"""The content of the components page: every state, long names, a right-to-left script."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator

from runtime import clock
from ui import charts, formats, icons, statuses
from ui.forms import ChipSelect, ChoiceCards, Segmented, Switch

LONG = "Customers of the north-western regions who have bought outdoor equipment at least twice since the relaunch"
RIGHT_TO_LEFT = "عملاء القيمة العالية"

SEGMENTS = [(1, "Lapsed 90 days"), (2, "High value"), (3, RIGHT_TO_LEFT), (4, LONG), (5, "Newsletter readers")]


class EveryField(forms.Form):
    name = forms.CharField(help_text="Shown in reports and as the name of the list in HubSpot.", max_length=80)
    email = forms.EmailField(label="Send a copy to", required=False)
    kind = forms.ChoiceField(
        label="Campaign type",
        widget=Segmented,
        choices=[("once", "One-time"), ("again", "Recurring")],
        initial="once",
    )
    table = forms.ChoiceField(choices=[("c", "Customer 360"), ("o", "Orders"), ("l", LONG)])
    include = forms.MultipleChoiceField(widget=ChipSelect(placeholder="Add a segment…"), choices=SEGMENTS)
    exclude = forms.MultipleChoiceField(
        widget=ChipSelect({"data-chip-kind": "not"}, placeholder="Add a segment…"),
        choices=SEGMENTS,
        required=False,
    )
    size = forms.IntegerField(label="At most", min_value=0, required=False, help_text="Customers per send.")
    launch = forms.DateField(label="Launch date", widget=forms.DateInput({"type": "date"}), required=False)
    file = forms.FileField(label="Customers to upload", required=False, help_text="CSV or Parquet, up to 2 GB.")
    notes = forms.CharField(widget=forms.Textarea({"rows": 3}), required=False)
    members = forms.ChoiceField(
        label="Members that Muster did not add",
        widget=ChoiceCards,
        choices=[
            ("remove", "Remove them: the list is the audience"),
            ("keep", "Keep them: the list may hold more"),
        ],
        initial="remove",
    )
    options = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        choices=[("pii", "Restrict PII access"), ("down", "Restrict downloads")],
    )
    first = forms.BooleanField(label="Assign to first match only", widget=Switch, required=False, initial=True)
    terms = forms.BooleanField(label="Create contacts that HubSpot does not have", required=False)
    locked = forms.CharField(label="Portal", disabled=True, initial="44237313", required=False)


WRONG_ANSWERS = {"name": "", "email": "maria@", "size": "-4", "table": "c", "kind": "once", "members": "keep"}


def context() -> dict[str, Any]:
    return {
        "icons": sorted(icons.drawings()),
        "statuses": list(statuses.TONES),
        "long": LONG,
        "right_to_left": RIGHT_TO_LEFT,
        "form": EveryField(initial={"include": [1, 2, 4], "exclude": [5]}),
        "sample": EveryField(auto_id="sample_%s"),
        "wrong": EveryField(WRONG_ANSWERS, auto_id="wrong_%s"),
        "page": Paginator(range(74_608), 50).get_page(7),
        "moments": [clock.now() - timedelta(seconds=seconds) for seconds in (4, 340, 9_000, 200_000, 3e6, -7_200)],
        "charts": chart_samples(),
    }


def chart_samples() -> dict[str, Any]:
    return {
        "countries": charts.bars(
            [
                charts.Bar("Germany", 21_480),
                charts.Bar("France", 18_022),
                charts.Bar(LONG, 7_310),
                charts.Bar(RIGHT_TO_LEFT, 5_190),
                charts.Bar("9 more", 9_902, css="c0"),
            ],
            label="Customers by country",
        ),
        "changes": charts.bars(
            [
                charts.Bar("Early access", 1_204),
                charts.Bar("Newsletter", -380, css="c4"),
                charts.Bar("Control", 0),
            ],
            label="Change since the last send",
        ),
        "nothing": charts.bars([], label="Customers by country"),
        "outcome": charts.proportion(
            [
                charts.Part("Added", 41_022, "good"),
                charts.Part("Unchanged", 6_480, "c0"),
                charts.Part("Not in HubSpot", 2_079, "c2"),
                charts.Part("Invalid", 1_112, "warn"),
                charts.Part("Failed", 38, "bad"),
            ],
            label="Outcome of 50,731 customers",
        ),
        "funnel": charts.funnel(
            [
                charts.Stage("Audience", 50_731),
                charts.Stage("Valid", 49_619, "1,112 have an invalid e-mail address"),
                charts.Stage("In HubSpot", 47_540, "2,079 are not contacts in HubSpot"),
                charts.Stage("Delivered", 47_502, "38 failed", css="good"),
            ],
            label="From the audience to the list",
        ),
        "orders": charts.histogram(
            [charts.Bin(low, low + 50, count) for low, count in zip(range(0, 600, 50), ORDER_VALUES, strict=True)],
            label="Orders by value",
        ),
        "rate": charts.line(
            [f"09:0{minute}:{second:02}" for minute in range(4) for second in range(0, 60, 10)],
            [charts.Series("Calls in 10 s", CALLS)],
            label="HubSpot calls per 10 seconds, just under the limit of 190",
            limit=charts.Limit("limit 190 in 10 s", 190),
            area=True,
        ),
        "sends": charts.line(
            ["3 Nov", "10 Nov", "17 Nov", "24 Nov", "1 Dec"],
            [
                charts.Series("Early access", [8_100, 8_150, 8_208, 8_190, 8_240]),
                charts.Series("Newsletter", [51_000, 50_200, None, 50_731, 52_400], "c2"),
                charts.Series("Control", [5_600, 5_610, 5_637, 5_640, 5_650], "c0"),
            ],
            label="Customers per send",
        ),
        "sparkline": charts.sparkline([3, 5, 4, 8, 9, 7, 12], label="Rising over seven weeks"),
        "lift": charts.intervals(
            [
                charts.Estimate("Early access", 2.4, 1.1, 3.7),
                charts.Estimate("10 % off", 0.6, -0.5, 1.7, "c3"),
                charts.Estimate(LONG, -1.2, -2.9, 0.4, "c2"),
            ],
            label="Orders per hundred customers above the control group",
            write=lambda value: formats.number(value, 1),
        ),
        "flow": charts.flow(FEW_BRANCHES, total=74_608, label="Where 74,608 customers go"),
        "long_flow": charts.flow(MANY_BRANCHES, total=140_000, label="Where 140,000 customers go"),
    }


ORDER_VALUES = (820, 1_940, 2_310, 1_705, 1_120, 760, 430, 260, 150, 90, 40, 12)
CALLS = (
    12,
    168,
    186,
    184,
    187,
    183,
    186,
    184,
    186,
    187,
    184,
    186,
    183,
    185,
    186,
    187,
    184,
    186,
    185,
    186,
    187,
    120,
    30,
    4,
)

FEW_BRANCHES = [
    charts.Branch(
        "VIP customers",
        18_240,
        (
            charts.Group("Early access", 8_208, note="HubSpot"),
            charts.Group("10 % off", 8_208, note="HubSpot"),
            charts.Group("Control", 1_824, is_control=True),
        ),
    ),
    charts.Branch(
        "All remaining recipients",
        56_368,
        (charts.Group("Newsletter", 50_731, note="HubSpot"), charts.Group("Control", 5_637, is_control=True)),
    ),
]


def _branch(place: int) -> charts.Branch:
    size = 4_000 - 60 * place
    control = size // 10
    groups = (
        charts.Group("Treatment", size - control, note="HubSpot"),
        charts.Group("Control", control, is_control=True),
    )
    return charts.Branch(LONG if place == 1 else f"Region {place + 1}", size, groups)


MANY_BRANCHES = [_branch(place) for place in range(60)]
