"""The queries of the demo tenants: what an analyst of a shop would write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from customer360.models import Query
from customer360.queries.services import QueryDraft, activate_query, create_query

if TYPE_CHECKING:
    from accounts.models import User

HUBSPOT_AUDIENCE = """
SELECT
,amperity_id AS "Amperity ID"
,email AS "Email"
FROM Customer360
"""
LAPSED_HIGH_VALUE = """
SELECT
    customer_id,
    email,
    given_name,
    last_order,
    value
FROM Customer360
WHERE value >= 1000
    AND last_order < CURRENT_DATE - INTERVAL '90' DAY
    AND accepts_email
"""
BY_COUNTRY = """
SELECT
    country,
    COUNT(*) AS customers,
    COUNT(CASE WHEN accepts_email THEN 1 END) AS accept_email,
    SUM(orders) AS orders,
    ROUND(SUM(value), 2) AS revenue,
    ROUND(SUM(value) / COUNT(*), 2) AS revenue_per_customer
FROM Customer360
GROUP BY country
ORDER BY revenue DESC
"""
BY_MONTH = """
SELECT
    DATE_TRUNC('month', ordered_at) AS month,
    COUNT(*) AS orders,
    COUNT(DISTINCT customer_id) AS customers,
    ROUND(SUM(value), 2) AS revenue
FROM Orders
WHERE kind = 'order'
GROUP BY DATE_TRUNC('month', ordered_at)
ORDER BY month
"""
RETURNS = """
SELECT
    c.country,
    COUNT(CASE WHEN o.kind <> 'order' THEN 1 END) AS returned,
    COUNT(*) AS all_orders
FROM Orders AS o
JOIN Merged_Customers AS c ON c.customer_id = o.customer_id
GROUP BY c.country
ORDER BY returned DESC
"""


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    description: str
    sql: str
    is_active: bool = True


QUESTIONS = (
    Question(
        "HubSpot audience", "All that a list at HubSpot needs: a key and an e-mail address", HUBSPOT_AUDIENCE
    ),
    Question(
        "Lapsed high value customers", "To be sent: who was worth a lot and has not come back", LAPSED_HIGH_VALUE
    ),
    Question("Customers by country", "How many, how reachable, and what they are worth", BY_COUNTRY),
    Question("Revenue by month", "Orders, customers and revenue of each month", BY_MONTH),
    Question("Returns by country", "A draft: where orders come back from", RETURNS, is_active=False),
)


def make_queries(actor: User) -> None:
    """Existing ones stay."""
    for question in QUESTIONS:
        if Query.objects.filter(name=question.name).exists():
            continue
        draft = QueryDraft(question.name, question.sql.strip(), question.description)
        query = create_query(draft=draft, actor=actor)
        if question.is_active:
            activate_query(query=query, actor=actor)
