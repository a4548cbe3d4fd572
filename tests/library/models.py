"""Two tenant-owned tables that refer to each other, to prove what the tenancy layer promises of any."""

from __future__ import annotations

from django.db import models

from tenants.fields import TenantForeignKey
from tenants.models import TenantModel


class Shelf(TenantModel):
    name = models.CharField(max_length=50)


class Book(TenantModel):
    shelf = TenantForeignKey(Shelf, on_delete=models.CASCADE, related_name="books")
    title = models.CharField(max_length=50)
