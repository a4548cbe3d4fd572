"""People and the audit have pages of their own; the admin's side bar leads there."""

from __future__ import annotations

from accounts.admin_site import Link, Section, site

PAGES = (
    Link(label="Users", url_name="users:list", icon="group", action="user:view", section=Section.PEOPLE),
    Link(label="Policies", url_name="users:policies", icon="policy", action="user:view", section=Section.PEOPLE),
    Link(label="Audit", url_name="audit", icon="history", action="audit:view", section=Section.PEOPLE),
)
for page in PAGES:
    site.add_link(page)
