"""A model's admin page as every app writes it, to prove what ActionModelAdmin promises of any."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin_site import Section, site
from accounts.model_admin import ActionModelAdmin
from tests.library.models import Shelf


@admin.register(Shelf, site=site)
class ShelfAdmin(ActionModelAdmin):
    view_action = "table:view"
    manage_action = "table:manage"
    section = Section.DATA
    list_display = ["name"]
    search_fields = ["name"]
