"""Works out the changes: compares the shaped audience with the target's ledger and cuts the result into slices.

The comparison is constant SQL over four relations: `shaped` (see `shape`), `ledger`, `identities` (fresh entries
of the account's identity map) and `members` (of the list, if they were read), with the flags as placeholders.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlglot import exp

from destinations.delivery.constant_sql import query

PLAN_COLUMNS = (
    "row",
    "phase",
    "slice",
    "position",
    "leaver",
    "change",
    "status",
    "reason",
    "key",
    "email",
    "external_id",
    "known_absent",
    "was_member",
    "hash",
)
PLAN_PII = ("email",)


@dataclass(frozen=True, slots=True)
class Flags:
    """The settings that decide, besides the data.

    `members_read`: `members` holds the list's members. `ends_equal`: customers who left the audience are removed.
    `remove_strangers`: so are members that Muster did not add. `writes_status`: leaving is also written to a
    field. `resend`: everything is sent again. `create_missing`: customers the destination lacks are created.
    """

    members_read: bool
    ends_equal: bool
    remove_strangers: bool
    writes_status: bool
    resend: bool
    create_missing: bool


# Of several rows with one address, the greatest `prefer` wins, then the lowest key. The same holds for several
# addresses of one contact: the others are duplicates, but stay in the ledger so that none is taken for a leaver.
# No one whose address is in the audience counts as a leaver, even if the row can't be sent this time.
_PLAN = """
WITH repeated AS (
  SELECT email FROM shaped WHERE reason IS NULL GROUP BY email HAVING COUNT(*) > 1
),
surplus AS (
  SELECT position FROM (
    SELECT
      shaped.position,
      ROW_NUMBER() OVER (
        PARTITION BY shaped.email ORDER BY shaped.prefer DESC NULLS LAST, shaped.key, shaped.hash
      ) AS place
    FROM shaped JOIN repeated ON repeated.email = shaped.email
    WHERE shaped.reason IS NULL
  ) AS places
  WHERE place > 1
),
sendable AS (
  SELECT
    shaped.position, shaped.key, shaped.email, shaped.reason, shaped.hash, shaped.prefer,
    (surplus.position IS NOT NULL) AS is_surplus,
    CASE WHEN shaped.reason IS NULL AND surplus.position IS NULL THEN shaped.email END AS identity
  FROM shaped LEFT JOIN surplus ON surplus.position = shaped.position
),
standing AS (
  SELECT
    ledger.identity, ledger.key, ledger.external_id, ledger.state, ledger.hash,
    (members.external_id IS NOT NULL OR NOT :members_read) AS in_place
  FROM ledger LEFT JOIN members ON members.external_id = ledger.external_id
),
known AS (
  SELECT
    sendable.*,
    COALESCE(identities.external_id, standing.external_id) AS external_id,
    COALESCE(standing.in_place, FALSE) AS was_member,
    standing.hash AS sent_hash,
    (
      identities.identity IS NOT NULL AND identities.external_id IS NULL AND standing.identity IS NULL
    ) AS known_absent
  FROM sendable
  LEFT JOIN standing ON standing.identity = sendable.identity
  LEFT JOIN identities ON identities.identity = sendable.identity
),
shared AS (
  SELECT external_id FROM known WHERE external_id IS NOT NULL GROUP BY external_id HAVING COUNT(*) > 1
),
sharing AS (
  SELECT
    known.position,
    ROW_NUMBER() OVER (PARTITION BY known.external_id ORDER BY known.prefer DESC NULLS LAST, known.key) AS place
  FROM known JOIN shared ON shared.external_id = known.external_id
),
judged AS (
  SELECT
    known.*,
    CASE
      WHEN known.reason IS NOT NULL THEN 'invalid'
      WHEN known.is_surplus OR sharing.place > 1 THEN 'duplicate'
      WHEN known.was_member AND known.sent_hash = known.hash AND NOT :resend THEN 'unchanged'
      WHEN known.known_absent AND NOT :create_missing THEN 'not_found'
    END AS status,
    CASE
      WHEN known.reason IS NOT NULL THEN known.reason
      WHEN known.is_surplus THEN 'same_address'
      WHEN sharing.place > 1 THEN 'same_contact'
      WHEN known.known_absent AND NOT :create_missing THEN 'not_there'
    END AS why
  FROM known LEFT JOIN sharing ON sharing.position = known.position
),
staying AS (
  SELECT DISTINCT external_id FROM judged WHERE external_id IS NOT NULL
),
present AS (
  SELECT DISTINCT email FROM shaped
),
leaving AS (
  SELECT standing.*, (staying.external_id IS NOT NULL) AS stays
  FROM standing
  LEFT JOIN present ON present.email = standing.identity
  LEFT JOIN staying ON staying.external_id = standing.external_id
  WHERE :ends_equal AND present.email IS NULL AND standing.identity IS NOT NULL
),
strangers AS (
  SELECT members.external_id
  FROM members
  LEFT JOIN staying ON staying.external_id = members.external_id
  LEFT JOIN ledger ON ledger.external_id = members.external_id AND ledger.identity IS NOT NULL
  WHERE :ends_equal AND :remove_strangers AND staying.external_id IS NULL AND ledger.external_id IS NULL
),
everyone AS (
  SELECT
    position, FALSE AS leaver,
    CASE
      WHEN status = 'unchanged' THEN 'unchanged'
      WHEN status IS NOT NULL THEN 'none'
      WHEN was_member THEN 'update'
      ELSE 'add'
    END AS change,
    status, why AS reason, key, email, external_id, known_absent, was_member, hash
  FROM judged
  UNION ALL
  SELECT
    NULL, TRUE, CASE WHEN stays THEN 'none' ELSE 'remove' END,
    CASE WHEN stays THEN 'unchanged' WHEN NOT in_place AND NOT :writes_status THEN 'removed' END,
    CASE WHEN stays THEN 'same_contact' WHEN NOT in_place AND NOT :writes_status THEN 'gone_already' END,
    key, identity, external_id, FALSE, TRUE, hash
  FROM leaving
  UNION ALL
  SELECT NULL, TRUE, 'remove', NULL, 'stranger', NULL, NULL, external_id, FALSE, TRUE, NULL
  FROM strangers
),
phased AS (
  SELECT
    *, CASE WHEN status IS NOT NULL THEN NULL WHEN change = 'remove' THEN 2 ELSE 1 END AS phase
  FROM everyone
),
numbered AS (
  SELECT
    *,
    ROW_NUMBER() OVER (
      ORDER BY
        COALESCE(phase, 3),
        CASE WHEN change = 'add' THEN 0 ELSE 1 END
          + CASE WHEN external_id IS NULL THEN 2 ELSE 0 END + CASE WHEN known_absent THEN 4 ELSE 0 END,
        position, external_id
    ) AS row
  FROM phased
),
sent_first AS (
  SELECT COUNT(*) AS rows FROM phased WHERE phase = 1
)
SELECT
  row, phase,
  CASE phase
    WHEN 1 THEN CAST(FLOOR((row - 1) / :slice_rows) AS INT) + 1
    WHEN 2 THEN CAST(FLOOR((row - 1 - sent_first.rows) / :slice_rows) AS INT) + 1
  END AS slice,
  position, leaver, change, status, reason, key, email, external_id, known_absent, was_member, hash
FROM numbered CROSS JOIN sent_first
ORDER BY row
"""

_SLICES = """
SELECT phase, slice, COUNT(*) AS rows FROM plan WHERE slice IS NOT NULL GROUP BY phase, slice ORDER BY phase, slice
"""

_CHANGES = """
SELECT
  CASE WHEN leaver THEN 'leavers:' ELSE '' END || COALESCE(status, change) AS what, COUNT(*) AS rows,
  COUNT_IF(external_id IS NULL AND NOT known_absent) AS to_look_up,
  COUNT_IF(known_absent) AS absent
FROM plan GROUP BY 1
"""


def comparison(flags: Flags, *, slice_rows: int) -> exp.Query:
    """One row per audience row and one per leaver, with the columns of `PLAN_COLUMNS`.

    `status` is empty for rows that must be sent; those have a phase and a slice number within it.
    """
    values = {name: exp.convert(value) for name, value in asdict(flags).items()}
    return query(_PLAN, slice_rows=exp.Literal.number(slice_rows), **values)


def slices() -> exp.Query:
    """Phase, number and rows of each slice of a plan."""
    return query(_SLICES)


def changes() -> exp.Query:
    """A plan's rows by planned change, how many must be looked up first, and how many do not exist there."""
    return query(_CHANGES)
