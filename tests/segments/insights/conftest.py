"""A small brand whose customers can be counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from customer360 import storage
from customer360.imports.services import import_file
from customer360.models import Table
from segments.operators import Operator
from segments.rules import AttributeCondition, Group, Rules, Section
from segments.services import create_segment
from tenants.scope import tenant_scope

if TYPE_CHECKING:
    from segments.models import Segment
    from tenants.models import Tenant

PEOPLE = """customer_id,email,country,vip,points,born
C01,Ana@Example.com,Spain,true,10,1980-02-01
C02,bo@example.com,Spain,false,20,1985-06-30
C03,cy@,Spain,true,30,
C04,,France,,40,1990-12-31
C05,eve@example.com,France,true,,2001-01-01
C06,fay@example.com,Italy,false,1000,1975-07-07
C07,gil@example.com,,true,50,1979-01-01
C08,hal@example.com,Chad,true,60,1988-08-08
C09,ian@example.com,Peru,true,70,1995-05-05
C10,joy@example.com,Cuba,true,80,1966-06-06
C11,kim@example.com,Oman,true,90,1999-09-09
C12,lea@example.com,Mali,true,25,1955-05-05
C13,max@example.com,Fiji,true,15,1960-10-10
C14,ned@example.com,Togo,true,35,1970-03-03
"""


@pytest.fixture
def brand(acme: Tenant) -> None:
    """Fourteen customers, imported."""
    with tenant_scope(acme):
        path = storage.new_upload("people.csv")
        path.write_text(PEOPLE)
        import_file(
            source=path,
            table_name="Customer360",
            role=Table.Role.CUSTOMER_PROFILES,
            key_column="customer_id",
        )


def asking(attribute: str, operator: Operator, *values: str) -> Rules:
    condition = AttributeCondition(attribute=attribute, operator=operator, values=values)
    return Rules(include=Group(sections=(Section(conditions=(condition,)),)))


EUROPE = asking("country", Operator.IN_LIST, "Spain", "France", "Italy")


@pytest.fixture
def europe(acme: Tenant, brand: None) -> Segment:
    with tenant_scope(acme):
        return create_segment(name="Europe", rules=EUROPE, actor=None)
