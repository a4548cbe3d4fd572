"""What people without access to personal data may read in a query's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import TokenType

from customer360.errors import QueryRefusedError
from customer360.redaction import REDACTED
from customer360.sql.checking import checked
from customer360.sql.reading import DIALECT
from customer360.sql.tenant_shapes import current_shapes

if TYPE_CHECKING:
    from accounts.access import Access
    from accounts.models import User
    from customer360.queries.models import Query

UNREADABLE = "-- This text can't be checked, and may hold personal data."

_VALUES = frozenset(kind for kind in TokenType if kind is TokenType.NUMBER or kind.name.endswith("STRING"))


def is_legible(text: str, access: Access, *, author: User | None, reader: User) -> bool:
    """Whether the reader may see the text unredacted: values compared with personal data may be personal too.

    Authors may always see their own text. A text that can't be checked is hidden from other restricted people.
    """
    if not access.restricted_pii or author == reader:
        return True
    try:
        return not checked(text, current_shapes()).uses_personal
    except QueryRefusedError:
        return False


def author_of(query: Query) -> User | None:
    """The first author of the current text; people who restored or reverted to it since only read it."""
    version = query.versions.filter(sql=query.text).select_related("saved_by").last()
    return version.saved_by if version else None


def redacted(text: str) -> str:
    """The text with every value replaced, and without comments, which may contain some."""
    try:
        tokens = Dialect.get_or_raise(DIALECT).tokenize(text)
    except TokenError:
        return UNREADABLE
    parts: list[str] = []
    at = 0
    for token in tokens:
        parts.extend(filter(str.isspace, text[at : token.start]))
        parts.append(f"'{REDACTED}'" if token.token_type in _VALUES else text[token.start : token.end + 1])
        at = token.end + 1
    return "".join(parts)
