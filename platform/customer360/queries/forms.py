from __future__ import annotations

from itertools import chain, count
from typing import TYPE_CHECKING, Any

from django import forms

from customer360.queries.models import Query
from customer360.queries.services import QueryDraft
from customer360.sql import limits

if TYPE_CHECKING:
    from django.http import QueryDict


class SqlField(forms.CharField):
    """SQL as typed, but with line feeds only, because positions are counted in lines and columns."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        return text.replace("\r\n", "\n").replace("\r", "\n") if text else text


class SqlForm(forms.Form):
    """A text to check or run, and the query it belongs to."""

    sql = SqlField(required=False)
    query = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class QueryForm(forms.Form):
    """A query being edited; `revision` is the one it was opened at."""

    name = forms.CharField(max_length=120)
    description = forms.CharField(max_length=500, required=False)
    sql = SqlField(
        max_length=limits.CHARACTERS, error_messages={"required": "There is no query yet. Write a SELECT."}
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0, min_value=0, max_value=2**31 - 1)

    def draft(self) -> QueryDraft:
        """Call it on a valid form."""
        answers = self.cleaned_data
        return QueryDraft(name=answers["name"], description=answers["description"], sql=answers["sql"])

    def go_on_from(self, saved: Query) -> None:
        """Lets the next save knowingly replace what someone else has saved."""
        shown = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, as posted
        shown["revision"] = str(saved.revision)
        self.data = shown


def form_of(query: Query) -> QueryForm:
    """A form with the query as last saved."""
    names = ("name", "description", "revision")
    return QueryForm(initial={name: getattr(query, name) for name in names} | {"sql": query.text})


def copy_of(query: Query) -> QueryForm:
    """A form for a new query with the same text."""
    return QueryForm(
        initial={"name": name_of_copy(query.name), "description": query.description, "sql": query.text}
    )


def renamed(data: QueryDict) -> QueryDict:
    """The posted data as a copy of the query it was written for."""
    copied = data.copy()
    copied["name"] = name_of_copy(copied.get("name", ""))
    return copied


def name_of_copy(name: str) -> str:
    """A name that no query has: “Lapsed (copy)”, “Lapsed (copy 2)”."""
    taken = {other.casefold() for other in Query.objects.values_list("name", flat=True)}
    endings = chain([" (copy)"], (f" (copy {number})" for number in count(2)))
    names = (f"{name[: 120 - len(ending)]}{ending}" for ending in endings)
    return next(each for each in names if each.casefold() not in taken)
