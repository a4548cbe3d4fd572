"""What a column means to Muster, whatever the brand calls it."""

from __future__ import annotations

from django.db import models


class Semantic(models.TextChoices):
    KEY = "pk", "Key of the row"
    CUSTOMER_KEY = "customer-key", "Key of the customer"
    EMAIL = "email", "E-mail address"
    PHONE = "phone", "Phone number"
    GIVEN_NAME = "given-name", "Given name"
    SURNAME = "surname", "Surname"
    FULL_NAME = "full-name", "Full name"
    BIRTHDATE = "birthdate", "Date of birth"
    GENDER = "gender", "Gender"
    ADDRESS = "address", "Street address"
    POSTAL = "postal", "Postal code"
    CITY = "city", "City"
    STATE = "state", "State or region"
    COUNTRY = "country", "Country"
    ORDER_ID = "order-id", "Number of the order"
    ORDER_TIME = "order-datetime", "Time of the order"
    ORDER_VALUE = "order-value", "Value of the order"
    ORDER_QUANTITY = "order-quantity", "Units in the order"


NAMING = frozenset({Semantic.KEY, Semantic.CUSTOMER_KEY, Semantic.EMAIL})
"""Semantics of columns that identify a row's customer."""

PERSONAL = frozenset(
    {
        Semantic.EMAIL,
        Semantic.PHONE,
        Semantic.GIVEN_NAME,
        Semantic.SURNAME,
        Semantic.FULL_NAME,
        Semantic.BIRTHDATE,
        Semantic.ADDRESS,
    }
)
"""Semantics of columns proposed to be marked as personal data."""
