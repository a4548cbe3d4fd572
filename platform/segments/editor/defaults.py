"""What a new condition says: the question that is asked most often about such an attribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customer360.engine.interface import NUMBERS, DataType
from customer360.semantics import Semantic
from segments.editor.changes import new_id
from segments.operators import BY_TYPE, Operator
from segments.rules import AttributeCondition, Measure

if TYPE_CHECKING:
    from segments.rules import AggregateCondition
    from segments.schema import Attribute, Related, Schema

FIRST_OPERATOR: dict[DataType, Operator] = {
    DataType.BOOLEAN: Operator.IS_TRUE,
    DataType.DATE: Operator.ON_OR_AFTER,
    DataType.DATETIME: Operator.ON_OR_AFTER,
    DataType.INTEGER: Operator.AT_LEAST,
    DataType.DECIMAL: Operator.AT_LEAST,
    DataType.FLOAT: Operator.AT_LEAST,
    DataType.STRING: Operator.IN_LIST,
    DataType.OTHER: Operator.IS_NOT_NULL,
}


ADDED_UP = NUMBERS
COMPARED = NUMBERS | {DataType.DATE, DataType.DATETIME}
MEASURED: dict[Measure, frozenset[DataType]] = {
    Measure.COUNT: frozenset(),
    Measure.SUM: ADDED_UP,
    Measure.AVERAGE: ADDED_UP,
    Measure.SMALLEST: COMPARED,
    Measure.GREATEST: COMPARED,
    Measure.MOST_FREQUENT: COMPARED | {DataType.STRING, DataType.BOOLEAN},
}
"""The types of the columns that each measure can be taken of."""
_NUMBERED = frozenset({Semantic.KEY, Semantic.CUSTOMER_KEY, Semantic.ORDER_ID})


def first_operator(attribute: Attribute) -> Operator:
    """The type's usual operator, but not a list for names and addresses: these are seldom picked from one."""
    is_personal_text = attribute.is_pii and attribute.type is DataType.STRING
    return Operator.CONTAINS if is_personal_text else FIRST_OPERATOR[attribute.type]


def about(attribute: Attribute) -> AttributeCondition:
    return AttributeCondition(id=new_id(), attribute=attribute.name, operator=first_operator(attribute))


def measured(condition: AggregateCondition, schema: Schema) -> DataType:
    """The type of what the condition computes; OTHER where its table or column is gone."""
    if condition.measure is Measure.COUNT:
        return DataType.INTEGER
    related = schema.related.get(condition.table)
    attribute = related.attributes.get(condition.column or "") if related else None
    return attribute.type if attribute else DataType.OTHER


def measurable(related: Related, measure: Measure) -> list[Attribute]:
    """The columns that the measure can be taken of."""
    fit = MEASURED[measure]
    return [each for each in related.attributes.values() if each.type in fit]


def favourable(related: Related) -> str | None:
    """The column for customers' most frequent purchase: the first text that identifies no person and no row."""
    texts = (each for each in related.attributes.values() if each.type is DataType.STRING)
    return next((each.name for each in texts if not (each.is_pii or each.semantic in _NUMBERED)), None)


def settled(condition: AggregateCondition, schema: Schema) -> AggregateCondition:
    """The condition after its measure was changed: with a column and an operator that suit the measure."""
    related = schema.related.get(condition.table)
    if related is None:
        return condition
    names = [each.name for each in measurable(related, condition.measure)]
    likely = (condition.column, related.value, related.time, *names)
    usual = next((name for name in likely if name in names), None)
    condition = condition.model_copy(update={"column": usual})
    kind = measured(condition, schema)
    if condition.operator in BY_TYPE[kind]:
        return condition
    return condition.model_copy(update={"operator": FIRST_OPERATOR[kind], "values": ()})
