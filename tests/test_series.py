"""Reading a series from CSV files of all kinds, and going on with its axis."""

from __future__ import annotations

import csv
import datetime

import numpy as np
import pytest

from fastlstm.series import ArgumentNeededError, Series, read_series


@pytest.fixture
def read(tmp_path):
    """A function that writes text or bytes to a file and reads a series from it."""

    def write_and_read(content, column=None, **options):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_series(path, column, **options)

    return write_and_read


def dates(*texts):
    return np.array(texts, "datetime64[D]")


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


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-31", "2020-02-01"], dates("2020-01-31", "2020-02-01")),
        (["2020/1/31", "2020/2/1"], dates("2020-01-31", "2020-02-01")),
        (["20200131", "20200201"], dates("2020-01-31", "2020-02-01")),
        (["31.1.2020", "01.02.2020"], dates("2020-01-31", "2020-02-01")),
        (["1.2.2020", "2.2.2020"], dates("2020-02-01", "2020-02-02")),
        (["31/01/2020", "01/02/2020"], dates("2020-01-31", "2020-02-01")),
        (["01/31/2020", "02/01/2020"], dates("2020-01-31", "2020-02-01")),
        (["12-31-2019", "01-01-2020"], dates("2019-12-31", "2020-01-01")),
        (["01/01/2020", "02/02/2020"], dates("2020-01-01", "2020-02-02")),
        (["31 Jan 2020", "1 Feb 2020"], dates("2020-01-31", "2020-02-01")),
        (["31-JAN-2020", "01-FEB-2020"], dates("2020-01-31", "2020-02-01")),
        (['"January 31, 2020"', '"Feb. 1, 2020"'], dates("2020-01-31", "2020-02-01")),
        (["2020-01", "2020-02"], np.array(["2020-01", "2020-02"], "datetime64[M]")),
        (["12/2019", "01/2020"], np.array(["2019-12", "2020-01"], "datetime64[M]")),
        (["Sept 2019", "Oct 2019"], np.array(["2019-09", "2019-10"], "datetime64[M]")),
        (["2019Q4", "2020Q1"], np.array(["2019-10", "2020-01"], "datetime64[M]")),
        (["Q4 2019", "Q1 2020"], np.array(["2019-10", "2020-01"], "datetime64[M]")),
        (["2020-01-31 23:00", "2020-02-01 00:00"], np.array(["2020-01-31T23", "2020-02-01T00"], "datetime64[s]")),
        (["2020-01-31T23:59:59Z", "2020-02-01T00:00:00Z"], np.array(["2020-01-31T23:59:59", "2020-02-01"], "M8[s]")),
        (
            ["31.01.2020 1:02:03.5", "31.01.2020 1:02:04"],
            np.array(["2020-01-31T01:02:03.5", "2020-01-31T01:02:04"], "datetime64[us]"),
        ),
        (
            ["2020-01-31T12:00:00+00:00", "2020-01-31T13:00:00+00:00"],
            np.array(["2020-01-31T12", "2020-01-31T13"], "M8[s]"),
        ),
        (["2020-01-31 12:00-0000", "2020-01-31 13:00-0000"], np.array(["2020-01-31T12", "2020-01-31T13"], "M8[s]")),
        (
            ["2020-01-31 01:02:03.000000001", "2020-01-31 01:02:03.123456789"],
            np.array(["2020-01-31T01:02:03.000000001", "2020-01-31T01:02:03.123456789"], "datetime64[ns]"),
        ),
    ],
)
@pytest.mark.parametrize("header", ["when,x\n", ""])
def test_dates(read, texts, expected, header):
    series = read(f"{header}{texts[0]},5\n{texts[1]},6\n", 2)
    np.testing.assert_array_equal(series.index, expected, strict=True)
    assert series.index_name == ("when" if header else "index")
    assert series.notes == ()


@pytest.mark.parametrize("hours", [-9.5, -3, 1, 5.75, 14])
def test_times_with_a_zone_are_converted_to_utc(read, hours):
    zone = datetime.timezone(datetime.timedelta(hours=hours))
    moments = [datetime.datetime(2020, 12, 31, 22, tzinfo=zone) + datetime.timedelta(hours=i) for i in range(4)]
    series = read("when,x\n" + "".join(f"{moment.isoformat()},5\n" for moment in moments), "x")
    utc = [moment.astimezone(datetime.timezone.utc).replace(tzinfo=None) for moment in moments]
    np.testing.assert_array_equal(series.index, np.array(utc, "datetime64[s]"), strict=True)
    assert series.notes == (f"when: times such as {moments[0].isoformat()!r} were converted to UTC",)


def test_the_hour_that_comes_twice_is_two_moments_with_zones(read):
    series = read("when,x\n2020-10-25T02:30+02:00,5\n2020-10-25T02:30+01:00,6\n", "x")
    assert np.diff(series.index).astype(int) == [3600]


def test_a_date_column_anywhere(read):
    series = read("x,when\n5,2020-01-31\n6,2020-02-01\n", "x")
    np.testing.assert_array_equal(series.index, dates("2020-01-31", "2020-02-01"))


def test_dates_that_could_be_either_are_labels(read):
    series = read("when,x\n01/02/2020,5\n01/03/2020,6\n", "x")
    assert series.index.tolist() == ["01/02/2020", "01/03/2020"]
    assert "day/month or month/day" in series.notes[0]
    assert series.future_index(2).tolist() == ["+1", "+2"]


@pytest.mark.parametrize(
    "texts",
    [("here", "there"), ("01/31/20", "02/01/20"), ("2020-W05", "2020-W06"), ("00:01", "00:02"), ("Jan-20", "Feb-20")],
)
def test_texts_are_labels_and_noted(read, texts):
    series = read(f"place,x\n{texts[0]},5\n{texts[1]},6\n", "x")
    assert series.index.tolist() == list(texts)
    assert series.future_index(1).tolist() == ["+1"]
    assert series.future_index(0).dtype.kind == "U"
    assert series.notes == (f"place: entries such as {texts[0]!r} are no dates that are understood; kept as labels",)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("year,month,x\n2020,11,5\n2020,12,6\n2021,1,7\n", "column 'year' has neither dates nor rising numbers"),
        ("day,n,x\n31,11,5\n,12,6\n2,1,7\n", "column 'day' has neither dates nor rising numbers"),
        ("x,place\n5,01/31/20\n6,02/01/20\n7,03/01/20\n", "no dates"),
    ],
)
def test_an_axis_that_is_not_in_the_file_is_noted(read, text, note):
    series = read(text, "x")
    assert series.index.tolist() == [0, 1, 2]
    assert series.notes == (f"{note}; the values are numbered from 0 instead",)
    assert read("x\n5\n6\n").notes == ()


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        (["2020-01-31", "2020-02-30", "2020-03-31"], 3, "expected a date like '2020-01-31', got '2020-02-30'"),
        (["2020-01-31", "", "2020-03-31"], 3, "expected a date like '2020-01-31', got ''"),
        (["2020-01-31", "soon", "2020-03-31"], 3, "expected a date like '2020-01-31', got 'soon'"),
        (["31/01/2020", "01/02/2020", "02/13/2020"], 4, "expected a date like '31/01/2020', got '02/13/2020'"),
        (["2020-01-02", "2020-01-01", "2019-12-31"], 3, "expected a date after '2020-01-02', got '2020-01-01'"),
        (["2020-01-01", "2020-01-02", "2020-01-02"], 4, "expected a date after '2020-01-02', got '2020-01-02'"),
        (["2020-01-01T00:00+01:00", "2020-01-01T01:00+01:00", "2020-01-01T01:00+01:00"], 4, "expected a date after"),
        (["2020-01-01T01:00Z", "2020-01-01T02:00Z", "2020-01-01T03:00+01:00"], 4, "expected a date after"),
        (
            ["2020-01-01T01:00Z", "2020-01-01T02:00", "2020-01-01T03:00Z"],
            3,
            "expected a date like .*, got '2020-01-01T02",
        ),
        (["1600-01-01 00:00:00.000000001"] * 3, 2, "expected a date like"),
        (["2002", "2001", "2000"], 3, "expected the axis to rise, got 2001 after 2002"),
    ],
)
def test_an_axis_that_is_wrong_is_refused(read, rows, line, message):
    with pytest.raises(ValueError, match=f"data.csv, line {line}, column 'when': {message}"):
        read("when,x\n" + "".join(f"{row},{i}{i}\n" for i, row in zip([3, 1, 2], rows, strict=True)), "x")


def test_an_uneven_axis_is_noted(read):
    assert "not evenly spaced" in read("year,x\n1700,5\n1701,6\n1705,7\n", "x").notes[0]
    assert "not evenly spaced" in read("when,x\n2020-01-01,5\n2020-01-02,6\n2020-01-05,7\n", "x").notes[0]


def days_from(start, count, keep=lambda day: True):
    day, found = datetime.date.fromisoformat(start), []
    while len(found) < count:
        if keep(day):
            found.append(day.isoformat())
        day += datetime.timedelta(days=1)
    return found


@pytest.mark.parametrize(
    "whole",
    [
        days_from("2023-12-20", 20),
        days_from("2023-12-20", 20, lambda day: day.weekday() == 2),
        days_from("2023-12-20", 20, lambda day: day.weekday() < 5),
        days_from("2018-01-01", 20, lambda day: day.day == 15),
        days_from("2018-01-01", 40, lambda day: (day + datetime.timedelta(days=1)).day == 1),
        days_from("2018-01-01", 20, lambda day: day.day == 1 and day.month % 3 == 1),
        days_from("2001-03-01", 9, lambda day: (day.day, day.month) == (1, 3)),
        ["2023-11-30", "2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"],
        [f"2019-{month:02}" for month in range(1, 13)] + ["2020-01", "2020-02"],
        ["2019Q1", "2019Q2", "2019Q3", "2019Q4", "2020Q1", "2020Q2"],
        ["2020-02-28 22:00", "2020-02-28 23:00", "2020-02-29 00:00", "2020-02-29 01:00", "2020-02-29 02:00"],
        ["2020-01-31 06:30", "2020-02-29 06:30", "2020-03-31 06:30", "2020-04-30 06:30"],
        [str(year) for year in range(1990, 2004)],
        ["0.5", "0.75", "1.0", "1.25", "1.5"],
    ],
    ids=lambda whole: f"{whole[0]} {whole[1]}",
)
def test_the_future_axis_is_that_of_the_longer_file(read, whole):
    """Cut a file off: its extension must be what was cut off."""
    kept = len(whole) - 2 if len(whole) < 12 else len(whole) // 2
    complete = read("when,x\n" + "".join(f"{entry},5\n" for entry in whole), "x")
    cut = read("when,x\n" + "".join(f"{entry},5\n" for entry in whole[:kept]), "x")
    assert cut.notes == ()
    future = cut.future_index(len(whole) - kept)
    if future.dtype.kind == "f":
        np.testing.assert_allclose(future, complete.index[kept:])
    else:
        np.testing.assert_array_equal(future, complete.index[kept:], strict=True)


def test_business_days_with_a_holiday(read):
    days = days_from("2024-03-18", 15, lambda day: day.weekday() < 5 and day.isoformat() != "2024-03-29")
    series = read("when,x\n" + "".join(f"{day},5\n" for day in days), "x")
    assert days[-1] == "2024-04-08"
    np.testing.assert_array_equal(series.future_index(5), dates(*days_from("2024-04-09", 4), "2024-04-15"))
    assert "not evenly spaced" in series.notes[0]


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
    with pytest.raises(ValueError, match=f"line {line}, column 'x': .* nothing to interpolate"):
        read(text, "x", fill="linear")
    with pytest.raises(ValueError, match=f"line {line}, column 'x': .* nothing to interpolate") as refused:
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
    np.testing.assert_array_equal(series.index, dates("2024-01-01", "2024-01-02", "2024-01-03"))
    np.testing.assert_array_equal(series.future_index(2), dates("2024-01-04", "2024-01-05"))
    with pytest.raises(ValueError, match="steps: expected at most 2, of which something is known, got 3"):
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


def test_a_series_knows_as_many_steps_as_it_has():
    with pytest.raises(ValueError, match=r"known: expected shape \(4, K\), got \(3, 1\)"):
        Series("x", np.arange(3), np.zeros(3), known=np.zeros((3, 1)), later=np.arange(1))


def test_a_series_has_an_axis_for_every_value():
    with pytest.raises(ValueError, match=r"index: expected shape \(steps,\) like values \(2,\), got \(3,\)"):
        Series("x", np.arange(3), np.zeros(2))


def test_bad_arguments_of_the_future_axis():
    series = Series("x", np.arange(3), np.zeros(3))
    with pytest.raises(TypeError, match=r"steps: expected an integer, got 1.5"):
        series.future_index(1.5)
    with pytest.raises(ValueError, match="steps: expected an integer of at least 0, got -1"):
        series.future_index(-1)
    with pytest.raises(ValueError, match="index: expected at least one entry to go on from, got none"):
        Series("x", np.arange(0), np.zeros(0)).future_index(1)


@pytest.mark.parametrize(
    ("index", "possible"),
    [
        (np.array(["9998-12-30", "9998-12-31"], "datetime64[D]"), 365),
        (np.array(["9999-10", "9999-11"], "datetime64[M]"), 1),
        (np.array(["9999-10-31", "9999-11-30"], "datetime64[D]"), 1),
        (np.array(["9999-12-31T21", "9999-12-31T22"], "datetime64[s]"), 1),
        (np.array(["2262-04-09", "2262-04-10"], "datetime64[ns]"), 0),
    ],
)
def test_the_future_axis_ends_with_the_calendar(index, possible):
    series = Series("x", index, np.zeros(2))
    assert len(series.future_index(possible)) == possible
    for steps in (possible + 1, 2**31 - 1):
        with pytest.raises(ValueError, match=f"steps: {steps} after .* would go beyond"):
            series.future_index(steps)


def test_business_days_end_with_the_calendar():
    days = [np.datetime64(day) for day in days_from("9999-11-01", 20, lambda day: day.weekday() < 5)]
    with pytest.raises(ValueError, match=r"steps: 100 after .* would go beyond 9999-12-31"):
        Series("x", np.array(days), np.zeros(20)).future_index(100)
