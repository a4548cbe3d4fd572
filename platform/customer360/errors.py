from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from customer360.sql.faults import Fault


class Customer360Error(Exception):
    """The root of what Customer 360 refuses; the message is for people and says what to do."""


class NoSuchTableError(Customer360Error):
    """A table that does not exist, or has no data yet."""


class TableConflictError(Customer360Error):
    """A table or column that contradicts what is there."""


class TableInUseError(Customer360Error):
    """A table that others still need."""


class MarksConflictError(Customer360Error):
    """Marks of a table that someone else has changed in the meantime."""


class BuildError(Customer360Error):
    """A derived table that can't be built as it is."""


class ImportFileError(Customer360Error):
    """A file that can't be imported as it is."""


class ImportStoppedError(Customer360Error):
    """An import that ends without changing the table."""


class TableMovedOnError(Customer360Error):
    """A table with a newer version than the one that was read, so that the work based on it no longer fits."""


class QueryRefusedError(Customer360Error):
    """A query that may not or cannot run, with all problems found, in text order."""

    def __init__(self, problems: tuple[Fault, ...]) -> None:
        self.problems = problems
        super().__init__(" ".join(str(problem) for problem in problems))


class QueryError(Customer360Error):
    """Something that can't be done with a query as it is."""


class QueryNameError(QueryError):
    """A name that another query already has."""


class QueryChangedError(QueryError):
    """Someone else saved the query in the meantime."""


class QueryInUseError(QueryError):
    """A query that others still need."""
