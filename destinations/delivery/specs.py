"""A delivery's input: who, to where, as what. Values, stored with the delivery as JSON and never changed.

The engine reads only these: destinations, data templates, orchestrations and campaigns are turned into them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlglot import exp, parse_one

from destinations.asking import Asked

if TYPE_CHECKING:
    from collections.abc import Mapping

GUARDS = "Guards"
FIELD_NAME = r"^[a-z][a-z0-9_]{0,98}$"


class Spec(BaseModel):
    """A frozen value that rejects unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FieldKind(StrEnum):
    """How a column's values are written for the destination."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"  # midnight UTC of the date
    DATETIME = "datetime"  # ISO 8601 in UTC
    OPTION = "option"  # one of `options`


class FieldMapping(Spec):
    """One column of the audience and the field it becomes.

    A row whose value can't be written as `kind` is held back as invalid. An empty value clears the field, or
    leaves it as it is with `keep_when_empty`; a row without a value for a `required` field is held back too.
    """

    column: str
    field: Annotated[str, Field(pattern=FIELD_NAME)]
    kind: FieldKind = FieldKind.TEXT
    options: tuple[str, ...] = ()
    pii: bool = True
    keep_when_empty: bool = False
    required: bool = False


class MappingSpec(Spec):
    """Which columns of the audience are sent: the e-mail address that names the customer, and fields.

    Of several rows with the same address the one with the greatest value of `prefer` is sent (empty values
    last), and among equals, or without it, the one with the lowest customer key.
    """

    identity: str
    fields: tuple[FieldMapping, ...] = ()
    prefer: str | None = None
    data_template: str = ""  # the name of the template it comes from
    data_template_id: int | None = None  # decides who may see its deliveries

    @model_validator(mode="after")
    def _fields_differ(self) -> Self:
        names = [field.field for field in self.fields]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            message = f"Two columns become the same field: {', '.join(twice)}."
            raise ValueError(message)
        return self


class AudienceSpec(Spec):
    """The customers of one send: a SELECT over pinned table versions, one row per customer.

    `versions` maps each relation's name in `sql` to the id of the TableVersion it is read from. `key` is the
    column that identifies customers, and `key_is_pii` says that it is personal data, such as an address; `label`
    is the audience's name for people. `basis` describes what defined it, such as "Segment Lapsed 90 days, version
    7", and `decided_by_pii` says that personal data did. `follows_pii` says that personal data decided who the
    place may still hold of earlier sends: changes tell of them. With either, people who may not see personal data
    may learn neither who is in it nor how many. `verdicts` maps columns of already checked e-mail addresses to two
    companion columns: the address as it can be sent, and why it can't be.
    """

    sql: str  # in DuckDB's dialect, made by `of`
    versions: dict[str, int]
    key: str
    label: str
    basis: tuple[str, ...] = ()
    key_is_pii: bool = False
    decided_by_pii: bool = True  # the safe default, for deliveries stored before this field existed
    follows_pii: bool = False  # set by `start_delivery`
    verdicts: dict[str, tuple[str, str]] = {}

    @classmethod
    def of(  # noqa: PLR0913 - one keyword per field of an audience
        cls,
        query: exp.Query,
        *,
        versions: dict[str, int],
        key: str,
        label: str,
        basis: tuple[str, ...] = (),
        key_is_pii: bool = False,
        decided_by_pii: bool = True,
        verdicts: Mapping[str, tuple[str, str]] | None = None,
    ) -> Self:
        return cls(
            sql=query.sql(dialect="duckdb"),
            versions=versions,
            key=key,
            label=label,
            basis=basis,
            key_is_pii=key_is_pii,
            decided_by_pii=decided_by_pii,
            verdicts={column: (*names,) for column, names in (verdicts or {}).items()},
        )

    def marked(self, pii: tuple[str, ...]) -> tuple[str, ...]:
        """The personal-data columns of a file about this audience: `pii`, and the customer key if it is one."""
        return (*pii, "key") if self.key_is_pii else pii

    @property
    def tells_of_pii(self) -> bool:
        return self.decided_by_pii or self.follows_pii

    @property
    def query(self) -> exp.Query:
        query = parse_one(self.sql, dialect="duckdb")
        assert isinstance(query, exp.Query)  # noqa: S101 - `of` took one
        return query


class ForeignMembers(StrEnum):
    """What happens to members of the list that Muster did not add."""

    REMOVE = "remove"  # the list matches the audience
    KEEP = "keep"


class ListLanding(Spec):
    """A list kept equal to the audience, found by its name or created."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    foreign_members: ForeignMembers = ForeignMembers.REMOVE


class StatusLanding(Spec):
    """A field of each customer that says whether the audience holds them."""

    field: Annotated[str, Field(pattern=FIELD_NAME)]
    label: str


class TargetSpec(Spec):
    """Where an audience lands within one account: a list, a status field, or both."""

    list: ListLanding | None = None
    status: StatusLanding | None = None

    @model_validator(mode="after")
    def _lands_somewhere(self) -> Self:
        if self.list is None and self.status is None:
            message = "An audience needs a list or a status field."
            raise ValueError(message)
        return self

    @property
    def place(self) -> str:
        """Where it lands, in words."""
        names = [f"list “{self.list.name}”"] if self.list else []
        names += [f"property “{self.status.field}”"] if self.status else []
        return " and ".join(names)


class AccountRef(Spec):
    """One application in one account of a destination: the owner of a quota and a queue of work.

    `app` distinguishes applications that sign in to the same `account` (HubSpot: app id and portal id).
    """

    kind: str  # key of the connector in the registry
    account: str
    app: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.account}:{self.app}"

    @classmethod
    def parse(cls, text: str) -> Self:
        kind, account, app = text.split(":", 2)
        return cls(kind=kind, account=account, app=app)


class Allowance(Spec):
    """What Muster may use of the account's limits while the destination itself states none.

    `burst` calls in any `window_seconds`; `daily` calls a day, None when unknown. `reserve` is the share of both
    left to others. A day ends at midnight in `time_zone`.
    """

    burst: int = 100
    window_seconds: float = 10.0
    daily: int | None = None
    reserve: Annotated[float, Field(ge=0, lt=1)] = 0.0
    time_zone: str = "UTC"


class ConnectorSettings(Spec):
    """How to reach the account and what may be done there. `credential` names it; the secret is never in here."""

    account: AccountRef
    credential: int
    destination: str  # its name for people
    destination_id: int | None = None  # finds its deliveries, even after a rename
    create_missing: bool = False
    allowance: Allowance = Allowance()


class Guards(Spec):
    """When a delivery waits for a person's approval. None switches a guard off."""

    empty_audience: Annotated[
        bool,
        Asked(
            section=GUARDS,
            label="Hold an empty audience",
            help="A send that would empty the list waits for approval.",
        ),
    ] = True
    max_change_percent: Annotated[
        int | None,
        Asked(
            section=GUARDS,
            label="Hold above this change, in percent",
            help="A send that adds and removes more than this share of what the last one left there waits for a"
            " person. Empty: never.",
            least=1,
            most=100,
        ),
    ] = 30
    max_removals: Annotated[
        int | None,
        Asked(
            section=GUARDS,
            label="Hold above this many removals",
            help="A send that removes more than this many members waits for approval. Empty: never.",
        ),
    ] = 10_000
    daily_calls: Annotated[
        bool,
        Asked(
            section=GUARDS,
            label="Hold above today's remaining calls",
            help="A send that needs more calls than the account has left today waits for approval.",
        ),
    ] = True


class OwnerRef(Spec):
    """What a target belongs to, such as ("orchestration", 12); `label` is its name for people."""

    kind: str
    id: int
    label: str


class Scope(StrEnum):
    """How much of the audience one delivery handles."""

    FULL = "full"  # the target ends up equal to the audience
    RESEND = "resend"  # the same, and everything is sent again
    SAMPLE = "sample"  # the first rows; no one is removed
    RETRY = "retry"  # the rows that failed before; no one is removed
    DRY_RUN = "dry_run"  # nothing is sent
