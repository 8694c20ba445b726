"""The axis of a series from a file: dates, numbers and labels, what is noted, and how it goes on."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from fastlstm.series import Series


def dates(*texts):
    return np.array(texts, "datetime64[D]")


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
    assert series.notes == (f"place: entries such as {texts[0]!r} are not recognised as dates; kept as labels",)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("year,month,x\n2020,11,5\n2020,12,6\n2021,1,7\n", "column 'year' has neither dates nor rising numbers"),
        ("day,n,x\n31,11,5\n,12,6\n2,1,7\n", "column 'day' has neither dates nor rising numbers"),
        ("x,place\n5,01/31/20\n6,02/01/20\n7,03/01/20\n", "there are no dates"),
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
    with pytest.raises(ValueError, match="index: expected at least one entry to continue from, got none"):
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
