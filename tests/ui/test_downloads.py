"""Tables as files for spreadsheets."""

from __future__ import annotations

from ui.downloads import csv_lines


def test_no_cell_of_a_download_is_a_formula() -> None:
    rows = [("=1+1", "+1", "-1+1"), ("@x", "\tx", "a=b"), ('quo"ted', "two\nlines", "")]
    assert list(csv_lines(("a", "b", "c"), rows)) == [
        "a,b,c\r\n",
        "'=1+1,'+1,'-1+1\r\n",
        "'@x,'\tx,a=b\r\n",
        '"quo""ted","two\nlines",\r\n',
    ]


def test_a_negative_number_stays_a_number() -> None:
    assert list(csv_lines(("n",), [("-1",), ("-0.5",), ("-1e9",), ("-1e9-1",)]))[1:] == [
        "-1\r\n",
        "-0.5\r\n",
        "-1e9\r\n",
        "'-1e9-1\r\n",
    ]
