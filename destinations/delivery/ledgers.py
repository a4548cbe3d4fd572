"""What a delivery leaves behind: one outcome per row, the target's new ledger, the account's new identity map.

All three are constant SQL over the plan, the progress of each row (`progress`), and their predecessors.
"""

from __future__ import annotations

from sqlglot import exp

from destinations.delivery.constant_sql import query

# A row's outcome is the plan's, or the result of sending it. Only a lookup can show that two addresses are one
# contact: of those that were delivered, the one with the lowest key counts, the others are duplicates.
_OUTCOMES = """
WITH joined AS (
  SELECT
    plan.row, plan.leaver, plan.change, plan.key, plan.email, plan.hash, plan.was_member,
    COALESCE(plan.status, progress.status, 'not_sent') AS status,
    COALESCE(NULLIF(progress.reason, ''), plan.reason, '') AS reason,
    COALESCE(progress.external_id, plan.external_id) AS external_id,
    COALESCE(progress.request_id, '') AS request_id,
    COALESCE(progress.looked_up, FALSE) AS looked_up
  FROM plan LEFT JOIN progress ON progress.row = plan.row
),
delivered AS (
  SELECT row, key, external_id FROM joined
  WHERE NOT leaver AND external_id IS NOT NULL AND status IN ('created', 'added', 'updated', 'unchanged')
),
shared AS (
  SELECT external_id FROM delivered GROUP BY external_id HAVING COUNT(*) > 1
),
surplus AS (
  SELECT row FROM (
    SELECT
      delivered.row,
      ROW_NUMBER() OVER (PARTITION BY delivered.external_id ORDER BY key, delivered.row) AS place
    FROM delivered JOIN shared ON shared.external_id = delivered.external_id
  ) AS places
  WHERE place > 1
)
SELECT
  joined.row, leaver, change,
  CASE WHEN surplus.row IS NULL THEN status ELSE 'duplicate' END AS status,
  CASE WHEN surplus.row IS NULL THEN reason ELSE 'same_contact' END AS reason,
  key, email, external_id, request_id, hash, was_member, looked_up
FROM joined LEFT JOIN surplus ON surplus.row = joined.row
ORDER BY joined.row
"""

_COUNTS = "SELECT leaver, status, COUNT(*) AS rows FROM outcomes GROUP BY leaver, status"

# A delivered row is a member with the values sent. A row whose change or removal failed or was not sent stays as
# before. The rest are list members that Muster did not add, as far as they have been read.
_LEDGER = """
WITH verdicts AS (
  SELECT email AS identity, key, external_id, hash, status, was_member, leaver
  FROM outcomes
  WHERE email IS NOT NULL AND status <> 'invalid' AND NOT (status = 'duplicate' AND reason = 'same_address')
),
delivered AS (
  SELECT identity, key, external_id, hash FROM verdicts
  WHERE NOT leaver AND status IN ('created', 'added', 'updated', 'unchanged', 'duplicate')
),
kept AS (
  SELECT ledger.identity, ledger.key, ledger.external_id, ledger.hash
  FROM ledger
  LEFT JOIN verdicts ON verdicts.identity = ledger.identity
  LEFT JOIN members ON members.external_id = ledger.external_id
  WHERE ledger.identity IS NOT NULL
    AND CASE
      WHEN verdicts.identity IS NULL THEN (members.external_id IS NOT NULL OR NOT :members_read)
      ELSE verdicts.status IN ('failed', 'not_sent') AND verdicts.was_member
    END
),
ours AS (
  SELECT identity, key, external_id, hash FROM delivered
  UNION ALL
  SELECT identity, key, external_id, hash FROM kept
),
strangers AS (
  SELECT external_id FROM members
  UNION
  SELECT external_id FROM ledger WHERE identity IS NULL AND NOT :members_read
),
accounted AS (
  SELECT external_id FROM ours WHERE external_id IS NOT NULL
  UNION
  SELECT external_id FROM outcomes WHERE leaver AND status = 'removed' AND external_id IS NOT NULL
)
SELECT identity, key, external_id, 'member' AS state, hash FROM ours
UNION ALL
SELECT NULL, NULL, strangers.external_id, 'stranger', NULL
FROM strangers LEFT JOIN accounted ON accounted.external_id = strangers.external_id
WHERE accounted.external_id IS NULL
"""

_MEMBER_COUNT = "SELECT COUNT(DISTINCT external_id) AS members FROM ledger"

_IDENTITIES = """
WITH looked_up AS (
  SELECT email AS identity, ANY_VALUE(external_id) AS external_id FROM outcomes
  WHERE looked_up AND email IS NOT NULL GROUP BY email
)
SELECT identity, external_id, CAST(:read_at AS TIMESTAMPTZ) AS read_at FROM looked_up
UNION ALL
SELECT identities.identity, identities.external_id, identities.read_at
FROM identities LEFT JOIN looked_up ON looked_up.identity = identities.identity
WHERE looked_up.identity IS NULL
"""


def outcomes() -> exp.Query:
    """One row for each row of the plan, with the columns of `files.OUTCOMES`. Reads `plan` and `progress`."""
    return query(_OUTCOMES)


def counts() -> exp.Query:
    """Leaver or not, status, number of rows. Reads `outcomes`."""
    return query(_COUNTS)


def ledger(*, members_read: bool) -> exp.Query:
    """The columns of `files.LEDGER`. Reads `outcomes`, the old `ledger`, and `members` when they were read."""
    return query(_LEDGER, members_read=exp.convert(members_read))


def member_count() -> exp.Query:
    """How many members the list should have. Reads `ledger`."""
    return query(_MEMBER_COUNT)


def identities(*, read_at: str) -> exp.Query:
    """The columns of `files.IDENTITIES`. Reads `outcomes` and the entries of the old map that are still fresh."""
    return query(_IDENTITIES, read_at=exp.Literal.string(read_at))
