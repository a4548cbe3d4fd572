"""How large a query may be.

Reading and planning a query cost time and memory before any limit of the engine applies, so these bounds are about
the text and the tree, not about the data. Measured with sqlglot 30 and DuckDB 2.0 on one core.
"""

from __future__ import annotations

CHARACTERS = 50_000
DIGITS = 100
"""Digits of a number: no type holds more than 40, and Python reads no whole number of more than 4,300."""

TOKENS = 12_000
"""About 5,000 literals in a list, read in a third of a second."""

NESTING = 20
"""Brackets and CASEs within each other. The parser needs some 25 Python frames for each, of 1,000 there are."""

DEPTH = 120
"""Levels of the finished tree, a chain of operators counting as one; saying it takes four frames for each."""

CHAIN = 300
"""Links of one chain of operators. DuckDB plans 200 in 0.3 s, 900 in up to 26 s."""

QUERIES = 50
"""SELECTs in one query. DuckDB plans 20 correlated ones in 0.7 s, 40 in 11 s."""

SOURCES = 60
"""Tables and sub-queries that are joined, all SELECTs together."""

COLUMNS = 2_000
"""Columns of one SELECT, with each * written out."""

NODES = 20_000
"""Parts of the finished tree, with each * and each name of an expression written out."""

PADDED = 1_000
"""Characters to which a text may be padded. DuckDB pads two thousand rows at once and looks at no limit then."""

FORMAT = 100
"""Characters of a date's format. A date written 20,000 times took a minute for each two thousand rows."""

GROWTH = 1_000
"""Times that a text of the data may be in one that is made. 250 by 250 by 40 took 5 GB beside a limit of 1 GB."""
