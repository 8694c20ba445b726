"""One series of numbers from a CSV file, with its axis.

What `read_series` reads
------------------------
- Fields separated by commas, semicolons, tabs or blanks, quoted where needed, with or without a header. Blank lines and
  a byte-order mark are ignored. A first row that could be a header or data is refused.
- Numbers with a decimal point, or whole columns with decimal commas. Thousands separators are not read: in a
  comma-separated file, a number such as "1,234" is ambiguous and is refused.
- The axis: the first column of dates; if there is none, the first column of the file if it has rising numbers, such as
  years, or texts, which are kept as labels; otherwise 0, 1, 2 ... Dates must rise from row to row. Evenly falling
  numbers in the first column (the newest year first) are refused. A note tells the user of labels and of rows that are
  numbered because there is no axis.
- Dates in one of these forms; nothing is guessed:

  =============================================  =============================================================
  2020-01-31, 2020/01/31, 2020.01.31, 20200131   year, month, day
  31.01.2020                                     day, month, year: points are used in this order only
  31/01/2020, 01/31/2020, 31-01-2020             the order that makes every row a date; labels if both do
  31 Jan 2020, 31-Jan-2020, Jan 31, 2020         English month names, short or long
  2020-01, 2020/01, 01/2020, Jan 2020            months
  2020Q1, 2020-Q1, Q1 2020                       quarters, as their first month
  =============================================  =============================================================

  A day may be followed by a blank or T and a time, 13:45, 13:45:30 or 13:45:30.5 with up to nine decimals, and by its
  offset from UTC: Z, +01, +0100 or +01:00. Such times are converted to UTC. Years have four digits.
- An empty value, NA, N/A, NaN or null is a gap. If other columns are known in advance, rows at the end that have these
  but no value are the steps to come.
"""

from ._columns import ArgumentNeededError
from ._series import Series, read_series

__all__ = ["ArgumentNeededError", "Series", "read_series"]
