"""What is known about the customers who match: how many, what they are worth, what they are like, who they are."""

from __future__ import annotations

from segments.insights.numbers import Insights, insights, insights_query
from segments.insights.question import Question, members_query

__all__ = ["Insights", "Question", "insights", "insights_query", "members_query"]
