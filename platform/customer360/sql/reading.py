"""Parses text into the tree of one SELECT; says in plain words where the text can't be parsed.

The text itself is never executed: what runs is generated from the checked tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Never

from sqlglot import exp
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import TokenType

from customer360.sql import limits
from customer360.sql.moments import named_alike

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlglot.tokenizer_core import Token

    from customer360.sql.faults import Faults

DIALECT = "duckdb"
"""The dialect that people write: close to PostgreSQL's."""

NOT_A_SELECT = "A query is one SELECT: it reads tables and changes nothing. Begin with SELECT or WITH."

_BEGINNINGS = {TokenType.SELECT, TokenType.WITH, TokenType.FROM, TokenType.L_PAREN}
_CURLY = frozenset("«»\u2039\u203a").union(map(chr, range(0x2018, 0x2020)))
"""Typographic quotation marks; all other brackets and marks, such as full-width ones, may be part of a name."""

_OPENING = {TokenType.L_PAREN, TokenType.L_BRACKET, TokenType.L_BRACE, TokenType.CASE}
_CLOSING = {TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.R_BRACE, TokenType.END}
_HEADS = {TokenType.SELECT, TokenType.DISTINCT, TokenType.ALL}


@dataclass(frozen=True, slots=True)
class Reading:
    """The tree of the text, and what was corrected on the way."""

    query: exp.Query
    notes: tuple[str, ...]


def read(text: str, faults: Faults) -> Reading:
    """The one SELECT in the text; raises `QueryRefusedError` for anything else."""
    tokens, notes = _without_leading_commas(_tokens(text, faults), faults)
    _check_size(tokens, faults)
    _refuse_curly_quotes(tokens, faults)
    query = named_alike(_parsed(text, tokens, faults))
    for node in query.walk():
        node.comments = None  # comments are for people; no engine may find hints in them
    return Reading(query, notes)


def _tokens(text: str, faults: Faults) -> list[Token]:
    if len(text) > limits.CHARACTERS:
        faults.refuse_at(0, f"The query is longer than {limits.CHARACTERS:,} characters. Make it shorter.")
    if "\0" in text:
        faults.refuse_at(text.index("\0"), "There is a sign here that can't be part of a query. Remove it.")
    try:
        tokens = Dialect.get_or_raise(DIALECT).tokenize(text)
    except TokenError:
        faults.refuse_at(len(text), "A quotation mark or a comment is not closed. Close it.")
    while tokens and tokens[-1].token_type is TokenType.SEMICOLON:
        tokens.pop()
    if not tokens:
        faults.refuse_at(0, "There is no query yet. Write a SELECT.")
    return tokens


def _without_leading_commas(tokens: list[Token], faults: Faults) -> tuple[list[Token], tuple[str, ...]]:
    """A comma straight after SELECT comes from writing lists with leading commas: it is dropped."""
    kept, notes = tokens[:1], []
    for before, token in pairwise(tokens):
        if token.token_type is TokenType.COMMA and before.token_type in _HEADS:
            notes.append(f"The comma straight after {before.text.upper()} in line {token.line} was left out.")
            continue
        if (
            before.token_type is TokenType.NUMBER
            and token.token_type is TokenType.VAR
            and before.end + 1 == token.start
        ):
            faults.refuse_at(before.start, "This is not a number. Write it with the digits 0 to 9.")
        if token.token_type is TokenType.COMMA and before.token_type in {TokenType.COMMA, TokenType.L_PAREN}:
            faults.refuse_at(
                token.start, "There is nothing before this comma. Remove it, or write what is missing."
            )
        kept.append(token)
    return kept, tuple(notes)


def _check_size(tokens: Sequence[Token], faults: Faults) -> None:
    if tokens[0].token_type not in _BEGINNINGS:
        faults.refuse_at(tokens[0].start, NOT_A_SELECT)
    if len(tokens) > limits.TOKENS:
        faults.refuse_at(
            tokens[limits.TOKENS].start, "The query is too long. Put long lists into a table and join it."
        )
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if depth > limits.NESTING:
            faults.refuse_at(token.start, "Too many brackets within each other. Use WITH to take the query apart.")
        if token.token_type is TokenType.SEMICOLON:
            faults.refuse_at(
                token.start, "There is a second statement after this semicolon. Run one SELECT at a time."
            )


def _refuse_curly_quotes(tokens: Sequence[Token], faults: Faults) -> None:
    """Word processors turn straight quotes into these; SQL would read them as letters of a name."""
    for token in tokens:
        if token.token_type is TokenType.VAR and not _CURLY.isdisjoint(token.text):
            faults.refuse_at(
                token.start,
                "These quotation marks are not SQL's. Write 'a value' and \"a name\" with straight ones.",
            )


def _parsed(text: str, tokens: list[Token], faults: Faults) -> exp.Query:
    try:
        (statement,) = Dialect.get_or_raise(DIALECT).parser().parse(tokens, text)
    except ParseError as error:
        _refuse_syntax(error, text, faults)
    except RecursionError:
        # The bracket limit stops nearly all of these, but not a chain of prefixes such as NOT NOT NOT.
        faults.refuse_at(0, "The query is nested too deeply. Use WITH to take it apart.")
    if not isinstance(statement, exp.Query) or isinstance(statement, exp.Table | exp.Values):
        faults.refuse_at(tokens[0].start, NOT_A_SELECT)
    return statement


def _refuse_syntax(error: ParseError, text: str, faults: Faults) -> Never:
    found = error.errors[0]
    highlight = str(found["highlight"] or "")
    offset = _offset(text, int(found["line"] or 1), int(found["col"] or 1)) - len(highlight) + 1
    faults.refuse_at(offset, _in_plain_words(str(found["description"]), highlight))


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(earlier) + 1 for earlier in lines[: line - 1]) + column - 1


def _in_plain_words(description: str, highlight: str) -> str:
    if description.startswith("Expecting )"):
        return f"A closing bracket is missing before “{highlight}”."
    if description.startswith("Required keyword"):
        return f"Something is missing after “{highlight}”. Complete it, or remove it."
    return f"“{highlight}” is not expected here. Look for a missing comma, bracket or keyword before it."
