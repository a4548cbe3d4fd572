from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models
from pydantic import BaseModel

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

Value = TypeVar("Value", bound=BaseModel)


class ValueField(models.JSONField, Generic[Value]):
    """A frozen pydantic value in a JSON column: validated whenever it is read; plain JSON to migrations."""

    def __init__(self, value_class: type[Value] | None = None, **kwargs: Any) -> None:
        self.value_class = value_class
        super().__init__(**kwargs)

    def from_db_value(self, value: Any, expression: Expression, connection: BaseDatabaseWrapper) -> Any:
        raw = super().from_db_value(value, expression, connection)
        return raw if raw is None or self.value_class is None else self.value_class.model_validate(raw)

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(value.model_dump(mode="json") if isinstance(value, BaseModel) else value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:  # noqa: FBT001, FBT002 - Django's signature
        plain = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        return super().get_db_prep_value(plain, connection, prepared)
