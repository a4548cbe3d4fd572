"""How large a query may be.

Parsing and planning a query cost time and memory before any limit of the engine applies, so these bounds are about
the text and the tree, not about the data. Measured with sqlglot 30 and DuckDB 2.0 on one core.
"""

from __future__ import annotations

CHARACTERS = 50_000
DIGITS = 100
"""Digits of a number: no type holds more than 40, and Python parses no integer of more than 4,300."""

TOKENS = 12_000
"""About 5,000 literals in a list, parsed in a third of a second."""

NESTING = 20
"""Nested brackets and CASEs. The parser needs some 25 of Python's 1,000 frames for each."""

DEPTH = 120
"""Levels of the finished tree, a chain of operators counting as one; generating SQL takes four frames for each."""

CHAIN = 300
"""Operators in one chain. DuckDB plans 200 in 0.3 s, 900 in up to 26 s."""

QUERIES = 50
"""SELECTs in one query. DuckDB plans 20 correlated ones in 0.7 s, 40 in 11 s."""

SOURCES = 60
"""Joined tables and sub-queries, over all SELECTs."""

COLUMNS = 2_000
"""Columns of one SELECT, with each * expanded."""

NODES = 20_000
"""Parts of the finished tree, with each * and each named expression expanded."""

PADDED = 1_000
"""Characters to which a text may be padded. DuckDB pads two thousand rows at once without checking any limit."""

FORMAT = 100
"""Characters of a date format. One that repeats the date 20,000 times took a minute per two thousand rows."""

GROWTH = 1_000
"""How often a produced text may contain a text of the data. 250 by 250 by 40 took 5 GB despite a 1 GB limit."""
