from __future__ import annotations


class Customer360Error(Exception):
    """The root of what Customer 360 refuses; the message is for people and says what to do."""


class NoSuchTableError(Customer360Error):
    """A table that does not exist, or has no data yet."""


class TableConflictError(Customer360Error):
    """A table or column that contradicts what is there."""


class ImportFileError(Customer360Error):
    """A file that can't be imported as it is."""


class ImportStoppedError(Customer360Error):
    """An import that ends without changing the table."""
