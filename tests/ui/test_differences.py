"""Two texts side by side."""

from __future__ import annotations

from ui.differences import Row, side_by_side


def written(row: Row) -> tuple[str | None, str | None]:
    """The row's lines with their numbers; what differs within a line stands in brackets."""
    return tuple(
        line and f"{line.number} " + "".join(f"[{p.text}]" if p.is_changed else p.text for p in line.pieces)
        for line in (row.before, row.after)
    )  # type: ignore[return-value]  # two of them


def test_equal_texts_have_no_rows() -> None:
    assert side_by_side("a\nb", "a\nb") == []


def test_a_changed_line_shows_which_of_its_words_differ() -> None:
    rows = side_by_side("SELECT id\nFROM t\nLIMIT 10", "SELECT id, email\nFROM t\nLIMIT 10")
    assert [written(row) for row in rows] == [
        ("1 SELECT id", "1 SELECT id[, email]"),
        ("2 FROM t", "2 FROM t"),
        ("3 LIMIT 10", "3 LIMIT 10"),
    ]
    assert [row.is_changed for row in rows] == [True, False, False]


def test_lines_of_one_side_alone_stand_beside_nothing() -> None:
    assert [written(row) for row in side_by_side("a\nb", "b\nc")] == [("1 a", None), ("2 b", "1 b"), (None, "2 c")]


def test_lines_with_little_in_common_are_wholly_different() -> None:
    (row,) = side_by_side("abc def", "xyz")
    assert written(row) == ("1 abc def", "1 xyz")


def test_texts_that_would_take_long_to_compare_stand_side_by_side_as_they_are() -> None:
    rows = side_by_side("a\n" * 2_000, "a\n" * 1_999 + "b\n")
    assert len(rows) == 2_000
    (row,) = side_by_side("a " * 2_000, "a " * 1_999 + "b")
    assert row.after is not None
    assert len(row.after.pieces) == 1


def test_alike_lines_far_from_a_change_are_left_out() -> None:
    same = [f"line {number}" for number in range(20)]
    rows = side_by_side("\n".join(["a", *same, "b"]), "\n".join(["c", *same, "d"]))
    assert [row.is_gap for row in rows].count(True) == 1
    assert len(rows) == 1 + 3 + 1 + 3 + 1
