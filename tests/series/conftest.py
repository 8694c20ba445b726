"""A series from the text of a file."""

import pytest

from fastlstm.series import read_series


@pytest.fixture
def read(tmp_path):
    """A function that writes text or bytes to a file and reads a series from it."""

    def write_and_read(content, column=None, **options):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_series(path, column, **options)

    return write_and_read
