"""get_file, against Keras 3 where it needs no network."""

import hashlib
import tarfile
import zipfile

import pytest
from peers import require_peer

from fastlstm.utils import get_file


@pytest.fixture
def source(tmp_path):
    """Return a folder with a text and archives of it."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "a.txt").write_text("A")
    with tarfile.open(folder / "data.tar.gz", "w:gz") as archive:
        archive.add(folder / "a.txt", "data/a.txt")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.write(folder / "a.txt", "a.csv")
    return folder


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"fname": "b.txt"},
        {"fname": "s.txt", "cache_subdir": "sub/x"},
        {"fname": "data", "origin": "data.tar.gz", "untar": True},
        {"fname": "data.tar.gz", "origin": "data.tar.gz", "untar": True},
        {"fname": "data2.tar.gz", "origin": "data.tar.gz", "extract": True},
        {"fname": "z.zip", "origin": "z.zip", "extract": True},
        {"fname": "q", "origin": "z.zip", "extract": True},
    ],
    ids=str,
)
def test_local_files_are_those_of_keras(options, source, tmp_path, capsys):
    keras = require_peer("keras")
    options = options | {"origin": (source / options.get("origin", "a.txt")).as_uri()}
    trees = []
    for function in (get_file, keras.utils.get_file):
        cache = tmp_path / f"cache{len(trees)}"
        cache.mkdir()  # without which Keras uses another one
        for _ in range(2):
            path = function(cache_dir=str(cache), **options)
        files = {str(file.relative_to(cache)) for file in cache.rglob("a.*")}
        trees.append((str(path).removeprefix(str(cache)), files))
    assert trees[0] == trees[1]
    capsys.readouterr()


def test_cached_files_are_used(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    url = "https://example.org/texts/nietzsche.txt"
    expected = tmp_path / "datasets" / "nietzsche.txt"
    message = f"fname: expected the file {expected}, since nothing is downloaded; get it from {url} and put it there"
    with pytest.raises(FileNotFoundError) as caught:
        get_file("nietzsche.txt", origin=url)
    assert str(caught.value) == message
    expected.parent.mkdir()
    expected.write_text("God is dead.")
    for call in ({"fname": "nietzsche.txt", "origin": url}, {"origin": url}, {"fname": "nietzsche.txt"}):
        assert get_file(**call) == str(expected)
    digest = hashlib.sha256(expected.read_bytes()).hexdigest()
    get_file(origin=url, file_hash=digest)
    get_file(origin=url, md5_hash=hashlib.md5(expected.read_bytes()).hexdigest())
    with pytest.raises(ValueError, match=r"file_hash: expected 00 \(md5\), got [0-9a-f]+ of "):
        get_file(origin=url, file_hash="00")
    folder = tmp_path / "datasets" / "aclImdb_v1"  # as Keras 2 leaves it
    folder.mkdir()
    assert get_file("aclImdb_v1", url, untar=True) == str(folder)


def test_a_local_origin_replaces_the_cached_file_only_on_demand(source, tmp_path):
    path = get_file(origin=source / "a.txt", cache_dir=tmp_path)
    (source / "a.txt").write_text("B")
    for force, content in ((False, "A"), (True, "B")):
        get_file(origin=str(source / "a.txt"), cache_dir=tmp_path, force_download=force)
        with open(path) as file:
            assert file.read() == content


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({}, ValueError, "origin: expected a path or a URL"),
        ({"origin": "file:///no/such/file"}, FileNotFoundError, "origin: expected a file, got 'file:///no/such/file'"),
        ({"origin": "a.txt", "extract": True}, ValueError, "archive_format: expected an archive .tar or zip., got"),
        ({"origin": "z.zip", "extract": True, "archive_format": "tar"}, ValueError, "expected an archive .tar., got"),
        ({"origin": "z.zip", "archive_format": "rar"}, ValueError, "unknown archive_format 'rar'"),
        ({"origin": "a.txt", "file_hash": "0", "hash_algorithm": "crc"}, ValueError, "hash_algorithm: expected 'auto'"),
    ],
)
def test_refuses(options, error, match, source, tmp_path):
    if not options.get("origin", "file:").startswith("file:"):
        options = options | {"origin": source / options["origin"]}
    with pytest.raises(error, match=match):
        get_file(cache_dir=tmp_path / "cache", **options)
    assert not list(tmp_path.rglob(".*"))  # nothing partial is left
