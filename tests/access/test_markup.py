"""Whatever people name things, no page takes it for markup: every text of every row of Acme is a tag here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import models, transaction
from django.db.models import CharField, TextField, Value
from django.db.models.functions import Cast as AsType
from django.db.models.functions import Concat
from django.utils.html import escape

from accounts.models import User
from audit.models import AuditEvent
from customer360.models import Column, Table
from tenants.introspection import tenant_models
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.access.matrix import Row, rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.cast import Cast

MARKUP = "<img src=x>"
NAMING = frozenset(
    {
        *(
            "name",
            "title",
            "body",
            "label",
            "description",
            "owner_label",
            "file_name",
            "problem",
            "error",
            "origin",
        ),
        *("destination_name", "sub_audience_name", "list_name", "property_name", "connected_by", "granted_by"),
    }
)
# Tables are called what their pattern allows; columns are called what their files call them.
NAMED_OTHERWISE: frozenset[tuple[type[models.Model], str]] = frozenset({(Table, "name"), (Column, "name")})
PAGES = [row for row in rows() if (row.method, row.answer) == ("GET", 200)]


def mark_up_everything() -> None:
    """In the active tenant; the key behind the tag keeps unique names unique."""
    every: list[type[models.Model]] = [*tenant_models(), User, Tenant]
    for model in every:
        names = {field.name: _tagged() for field in model._meta.local_concrete_fields if _names(model, field)}
        if names and model is not AuditEvent:
            model._default_manager.update(**names)
    told: dict[str, Any] = {"before": {MARKUP: MARKUP}, "after": {MARKUP: f"{MARKUP}2"}}
    AuditEvent.objects.create(action="thing:changed", actor_name=MARKUP, subject_name=MARKUP, changes=told)


def _names(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    is_text = isinstance(field, CharField | TextField) and not field.choices
    return is_text and field.name in NAMING and (model, field.name) not in NAMED_OTHERWISE


def _tagged() -> Concat:
    return Concat(Value(MARKUP), AsType("pk", CharField()))


@pytest.mark.long
@pytest.mark.parametrize("row", PAGES, ids=str)
def test_names_are_shown_as_they_are_written(row: Row, cast: Cast, sign_in: Callable[[str], Client]) -> None:
    address = row.route.address(cast, "acme")
    with tenant_scope(cast.acme), transaction.atomic():
        mark_up_everything()

    answer = sign_in("datagrid_administrator").get(address)

    page = answer.getvalue().decode()
    assert MARKUP not in page
    assert "<html" not in page or escape(MARKUP) in page  # the tenant's own name is in every whole page
