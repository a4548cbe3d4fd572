"""Loads the rows of one slice from the plan's files, and saves their progress back to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from destinations.delivery import files
from destinations.delivery.connector import Outcome, RowProgress, Scoreboard, SliceRow
from destinations.delivery.models import Slice
from destinations.delivery.outcomes import Change, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from destinations.delivery.models import Delivery

_ROW_COLUMNS = ["row", "position", "change", "email", "external_id", "known_absent", "reason"]


def load_board(piece: Slice) -> Scoreboard:
    """The slice's rows with what earlier workers learned about them."""
    delivery = piece.delivery
    planned = _planned_rows(delivery, piece)
    fields = _field_values(delivery, planned)
    known = _known(piece)
    rows = [_slice_row(values, fields.get(values["position"], {})) for values in planned.to_pylist()]
    board = Scoreboard(rows, known)
    if piece.phase == Slice.Phase.REMOVE:
        _spare_who_stays(board, delivery)
    return board


def save_board(board: Scoreboard, name: str) -> None:
    rows = [_progress_values(row, progress) for row, progress in board.progress.items()]
    files.write_table(pa.Table.from_pylist(rows, schema=files.PROGRESS), name, pii=())


def _planned_rows(delivery: Delivery, piece: Slice) -> pa.Table:
    mine = [("phase", "==", piece.phase), ("slice", "==", piece.number)]
    return pq.read_table(files.path_of(delivery.plan_file), columns=_ROW_COLUMNS, filters=mine)


def _field_values(delivery: Delivery, planned: pa.Table) -> dict[int, dict[str, str | None]]:
    """Values by field, for each position in the shaped audience that the rows came from."""
    names = {files.field_column(field.field): field.field for field in delivery.mapping.fields}
    positions = planned["position"].drop_null()
    if not names or not len(positions):
        return {}
    bounds = pc.min_max(positions).as_py()
    theirs = (
        (pc.field("position") >= bounds["min"])
        & (pc.field("position") <= bounds["max"])
        & pc.field("position").isin(positions)
    )
    values = pq.read_table(files.path_of(delivery.shaped_file), columns=["position", *names], filters=theirs)
    return {row["position"]: {field: row[column] for column, field in names.items()} for row in values.to_pylist()}


def _slice_row(values: Mapping[str, Any], fields: Mapping[str, str | None]) -> SliceRow:
    return SliceRow(
        row=values["row"],
        change=Change(values["change"]),
        identity=values["email"],
        external_id=values["external_id"],
        known_absent=values["known_absent"],
        fields=fields,
    )


def _known(piece: Slice) -> dict[int, RowProgress]:
    known = {}
    if piece.file:
        for values in pq.read_table(files.path_of(piece.file)).to_pylist():
            known[values["row"]] = _progress(values)
    for row in piece.creating:
        # The call may have been carried out before its answer could be recorded.
        progress = known.setdefault(row, RowProgress(absent=True))
        progress.tried_to_create = True
    return known


def _progress(values: Mapping[str, Any]) -> RowProgress:
    settled = (
        Outcome(Status(values["status"]), values["reason"], values["request_id"]) if values["status"] else None
    )
    return RowProgress(
        external_id=values["external_id"],
        absent=values["absent"],
        looked_up=values["looked_up"],
        written=values["written"],
        created=values["created"],
        tried_to_create=values["tried_to_create"],
        stuck_in=values["stuck_in"],
        outcome=settled,
    )


def _progress_values(row: int, progress: RowProgress) -> dict[str, Any]:
    outcome = progress.outcome
    return {
        "row": row,
        "external_id": progress.external_id,
        "absent": progress.absent,
        "looked_up": progress.looked_up,
        "written": progress.written,
        "created": progress.created,
        "tried_to_create": progress.tried_to_create,
        "stuck_in": progress.stuck_in,
        "status": outcome.status if outcome else None,
        "reason": outcome.reason if outcome else "",
        "request_id": outcome.request_id if outcome else "",
    }


def _spare_who_stays(board: Scoreboard, delivery: Delivery) -> None:
    """Does not remove a leaver whose contact turned up under another address in the audience."""
    leavers = [row for row in board.open_rows() if row.external_id]
    if not leavers:
        return
    staying = _found_while_sending(delivery, pa.array([row.external_id for row in leavers]))
    for row in leavers:
        if row.external_id in staying:
            board.settle(row, Status.UNCHANGED, reason="same_contact")


def _found_while_sending(delivery: Delivery, ids: pa.Array) -> set[str]:
    """Those of `ids` that rows of the sending phase resolved to."""
    sent = (
        Slice.objects.of(delivery).filter(phase=Slice.Phase.SEND).exclude(file="").values_list("file", flat=True)
    )
    found: set[str] = set()
    for name in sent:
        column = pq.read_table(files.path_of(name), columns=["external_id"])["external_id"]
        found.update(column.filter(pc.is_in(column, value_set=ids)).to_pylist())
    return found
