"""Reading a series from CSV files of all kinds."""

from __future__ import annotations

import csv

import numpy as np
import pytest

from fastlstm.series import ArgumentNeededError, read_series


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize(
    ("separator", "decimal"), [(",", "."), (";", "."), (";", ","), ("\t", "."), ("\t", ","), (" ", "."), (" ", ",")]
)
@pytest.mark.parametrize("header", [True, False])
def test_separators_decimals_and_headers(read, separator, decimal, header, quote, mark, newline):
    numbers = [("1700", "5.25", "-1"), ("1701", "11.5", "2.5e1"), ("1702", "16", ".5")]
    lines = [["year", "spots", "other"]] * header + [[cell.replace(".", decimal) for cell in row] for row in numbers]
    text = mark + newline.join(separator.join(quote + cell + quote for cell in line) for line in lines) + newline
    series = read(text, "spots" if header else 2)
    np.testing.assert_array_equal(series.values, [5.25, 11.5, 16.0])
    np.testing.assert_array_equal(series.index, [1700, 1701, 1702])
    assert (series.name, series.index_name) == (("spots", "year") if header else ("2", "index"))
    np.testing.assert_array_equal(read(text, "3").values, [-1.0, 25.0, 0.5])


def test_blank_lines_and_blanks_around_fields(read):
    series = read("\n\nyear , spots\n\n1700,  5\n   \n1701 , 11 \n\n", "spots")
    np.testing.assert_array_equal(series.values, [5, 11])


def test_one_column(read):
    np.testing.assert_array_equal(read("5\n6\n\n7\n").values, [5, 6, 7])
    with_header = read("spots\n5,25\n6,5\n7,75\n")
    np.testing.assert_array_equal(with_header.values, [5.25, 6.5, 7.75])
    assert with_header.name == "spots"
    np.testing.assert_array_equal(with_header.index, [0, 1, 2])
    assert with_header.index_name == "index"


def test_quoted_fields_may_hold_separators_and_line_breaks(read):
    series = read('"year","spots, daily ""mean"""\n"1700","5"\n"1701","6"\n', 'spots, daily "mean"')
    np.testing.assert_array_equal(series.values, [5, 6])
    with pytest.raises(ValueError, match="line 4, column 'v': expected a number, got 'x'"):
        read('note,v\n"two\nlines",5\n"one",x\n"one",7\n"one",7\n', "v")


def test_utf16_with_a_byte_order_mark(read):
    np.testing.assert_array_equal(read("jahr\tmühe\n1700\t5\n1701\t6\n".encode("utf-16"), "mühe").values, [5, 6])


def test_what_the_csv_module_writes(read, tmp_path):
    values = np.random.default_rng(3).normal(size=50)
    with open(tmp_path / "out.csv", "w", newline="") as file:
        csv.writer(file).writerows([["t", "x"], *enumerate(values)])
    np.testing.assert_array_equal(read_series(tmp_path / "out.csv", "x").values, values)


def test_a_column_by_name_or_number(read):
    text = "year,a,b\n1,10,100\n2,20,200\n"
    assert read(text, "a").name == read(text, "2").name == read(text, 2).name == "a"


def test_a_first_row_that_could_be_header_or_data_is_refused(read):
    with pytest.raises(ValueError, match="line 1: expected a header or data, got 'year' beside '2'"):
        read("year,2,a\n1,10,100\n2,20,200\n", 3)
    with pytest.raises(ValueError, match="line 1: expected a header or data, got '' beside '0'"):
        read(",0\n2020-01-01,5\n2020-01-02,6\n", 2)


def test_the_only_column_of_numbers_needs_no_name(read):
    assert read("year,spots\n1700,5\n1701,6\n").name == "spots"
    assert read("date,place,spots\n2020-01-01,here,5\n2020-01-02,there,6\n").name == "spots"
    with pytest.raises(ValueError, match=r"expected one column .*, got 'a', 'b' \(column='a' would choose the first\)"):
        read("year,a,b\n1700,5,1\n1701,6,1\n")


@pytest.mark.parametrize("gap", ["", "NA", "N/A", "nan", "null"])
def test_gaps(read, gap):
    text = f"year,x\n1700,5\n1701,{gap}\n1702,{gap}\n1703,8\n"
    with pytest.raises(
        ValueError, match=rf"line 3, column 'x': expected a number, got '{gap}', a gap \(fill='linear' would"
    ):
        read(text, "x")
    series = read(text, "x", fill="linear")
    np.testing.assert_allclose(series.values, [5, 6, 7, 8])
    assert series.notes == ("x: gaps filled linearly: 2",)


def test_a_gap_in_the_first_row_is_not_a_header(read):
    with pytest.raises(ValueError, match="line 1, column '2': expected a number, got '', a gap"):
        read("1700,\n1701,5\n1702,6\n", 2)


@pytest.mark.parametrize(("text", "line"), [("year,x\n1,\n2,5\n", 2), ("year,x\n1,5\n2,\n", 3), ("x,y\n,5\n,6\n", 2)])
def test_gaps_at_the_ends_cannot_be_filled(read, text, line):
    with pytest.raises(ValueError, match=f"line {line}, column 'x': .* interpolation is impossible"):
        read(text, "x", fill="linear")
    with pytest.raises(ValueError, match=f"line {line}, column 'x': .* interpolation is impossible") as refused:
        read(text, "x")
    assert "fill" not in str(refused.value)


@pytest.mark.parametrize("cell", ["$10.18", "12%", '"10,176.41"', "\u22125", "True"])
def test_a_file_without_numbers_says_so_with_an_example(read, cell):
    shown = cell.strip('"')
    with pytest.raises(ArgumentNeededError, match=r"expected one column of numbers .*, got none") as refused:
        read(f"day,place,price\n2020-01-01,,{cell}\n2020-01-02,,{cell}\n")
    assert f"column 'price' has {shown!r} in line 2 (column='price' would" in str(refused.value)
    assert (refused.value.argument, refused.value.value) == ("column", "price")


@pytest.mark.parametrize("text", ["when\n2020-01-01\n2020-01-02\n", "a,b\n,\n,\n", "day,x\n2020-01-01,\n2020-01-02,\n"])
def test_a_file_with_no_values_at_all(read, text):
    with pytest.raises(ValueError, match=r"expected .*, got"):
        read(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("year,x\n1700,5\n1701,many\n1702,7\n", "line 3, column 'x': expected a number, got 'many'"),
        ("year,x\n\n1700,5\n\n1701,6 kg\n", "line 5, column 'x': expected a number, got '6 kg'"),
        ("year,x\n1700,5\n1701,inf\n1702,6\n", "line 3, column 'x': expected a number, got 'inf'"),
        ("year,x\n1700,5\n1701,1_000\n1702,6\n", "line 3, column 'x': expected a number, got '1_000'"),
        ("year,x\n1700,5\n1701,1e999\n", "line 3, column 'x': expected a number that float64 can hold, got '1e999'"),
        ("year;x\n1700;5,5\n1701;1.234,5\n1702;6\n", "line 3, column 'x': expected a number with a decimal comma"),
        ("year;x\n1700;5,5\n1701;6.5\n", "line 3, column 'x': expected a number with a decimal comma .*, got '6.5'"),
        ('year,x\n1700,"1,234"\n1701,"2,345"\n', "line 2, column 'x': expected a number, got '1,234', which could"),
        ("2020-01-01,many\n2020-01-02,5\n2020-01-03,6\n", "line 1: expected a header or data, got 'many' beside '2020"),
        ("year,x\n1700,5\n1701,6,7\n1702,7\n", r"line 3: expected 2 fields \(separator: comma\) as in line 1, got 3"),
        ("year;x\n1700;5\n1701\n1702;7\n", r"line 3: expected 2 fields \(separator: semicolon\) as in line 1, got 1"),
        ('year,x\n1700,"5\n1701,6\n', r"line 2: .* \(check the quotation marks\)"),
        ("", "expected a series, got an empty file"),
        ("\ufeff\n \n\r\n", "expected a series, got an empty file"),
        ("year,x\n", "expected values below the header, got none"),
        (b"year,x\n1700,5\n1701,\xfc\n", "line 3: expected text in UTF-8, got byte 0xfc"),
        (b"year,x\n1700,5\x00\n", "expected a text file, got one with null characters"),
    ],
)
def test_bad_files_are_refused(read, text, message):
    with pytest.raises(ValueError, match=message):
        read(text, "x")


def test_an_unknown_column_lists_the_columns_with_close_names_first(read):
    text = "year,births,sunspots\n1700,1,5\n1701,2,6\n"
    with pytest.raises(ValueError, match="expected column to be one of 'sunspots', 'year', 'births', got 'sunspot'"):
        read(text, "sunspot")
    for number in (0, 4, "0", "4", -1):
        with pytest.raises(ValueError, match=f"expected column to be one of 'year', .*, got {number!r}"):
            read(text, number)
    with pytest.raises(ValueError, match="expected column to be one of '1', '2', got 'x'"):
        read("1700,5\n1701,6\n", "x")


def test_a_name_that_occurs_twice(read):
    text = "year,x,x\n1700,1,5\n1701,2,6\n"
    with pytest.raises(ValueError, match="expected a column's number, got 'x', the name of columns 2 and 3"):
        read(text, "x")
    np.testing.assert_array_equal(read(text, 3).values, [5, 6])


@pytest.mark.parametrize("column", [True, 2.0, ["x"]])
def test_a_column_of_another_type(read, column):
    with pytest.raises(TypeError, match="column: expected a name or a number"):
        read("year,x\n1700,1\n1701,2\n", column)


def test_an_unknown_way_to_fill(read):
    with pytest.raises(ValueError, match="fill: expected None or 'linear', got 'zero'"):
        read("year,x\n1700,1\n1701,2\n", "x", fill="zero")


CALENDAR = """day,sold,open,price
2024-01-01,5,1,2.5
2024-01-02,0,0,2.5
2024-01-03,6,1,2
2024-01-04,,1,2
2024-01-05,NA,0,3
"""


def test_columns_that_are_known_in_advance(read):
    series = read(CALENDAR, "sold", known=["open", 4])
    np.testing.assert_array_equal(series.values, [5, 0, 6])
    np.testing.assert_array_equal(series.known, [[1, 2.5], [0, 2.5], [1, 2], [1, 2], [0, 3]])
    np.testing.assert_array_equal(series.index, np.array(["2024-01-01", "2024-01-02", "2024-01-03"], "datetime64[D]"))
    np.testing.assert_array_equal(series.future_index(2), np.array(["2024-01-04", "2024-01-05"], "datetime64[D]"))
    with pytest.raises(ValueError, match="steps: expected at most 2, the number of steps with known covariates, got 3"):
        series.future_index(3)
    numbered = read("sold;open\n5;1\n6;0\n;1\n", "sold", known=["open"])
    np.testing.assert_array_equal(numbered.future_index(1), [2])


@pytest.mark.parametrize(
    ("text", "known", "message"),
    [
        (CALENDAR, ["open", "open"], "known: expected columns other than 'sold', each once"),
        (CALENDAR, ["sold"], "known: expected columns other than 'sold', each once"),
        (CALENDAR, ["sun"], "expected column to be one of"),
        (CALENDAR, ["day"], "line 2, column 'day': expected a number"),
        (
            CALENDAR.replace("05,NA,0", "05,NA,"),
            ["open"],
            "line 6, column 'open': expected a number, got '', a gap at the end",
        ),
        (
            CALENDAR.replace("01,5,1", "01,,1"),
            ["open"],
            "line 2, column 'sold': expected a number, got '', a gap at the start",
        ),
    ],
)
def test_columns_that_cannot_be_known_in_advance(read, text, known, message):
    with pytest.raises(ValueError, match=message):
        read(text, "sold", known=known)


def test_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_series(tmp_path / "none.csv")
