"""Strings and data sets, which run on TensorFlow and on the modules that stand in for it. Results are plain lists."""

import os
import tempfile

import numpy as np

TEXTS = ["Ünder the  Sea", "a-b c\n", "", "日本 go"]


def plain(value):
    """Return tensors as nested lists; strings are bytes."""
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if hasattr(value, "to_list"):
        return value.to_list()
    found = np.asarray(value.numpy()).tolist()
    return found


def _lines(tf):
    folder = tempfile.mkdtemp()
    paths = [os.path.join(folder, name) for name in ("one.txt", "two.txt")]
    for path, text in zip(paths, ("first\nsecond ü\n", "third\r\n\nlast"), strict=True):
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(tf.data.TextLineDataset(paths))


def _ragged_rows():
    for length in (3, 1, 4, 2, 6, 1):
        yield np.arange(1, length + 1), length


def _generated(tf):
    signature = (tf.TensorSpec(shape=(None,), dtype=tf.int64), tf.TensorSpec(shape=(), dtype=tf.float32))
    return tf.data.Dataset.from_generator(_ragged_rows, output_signature=signature)


def _old(tf):
    return tf.data.Dataset.from_generator(_ragged_rows, (tf.int32, tf.int64), (tf.TensorShape([None]), ()))


def _words():
    yield from ("one two", "three")


def cases(tf):
    """Return a function without arguments for each case."""
    s, T = tf.strings, tf.constant(TEXTS)
    return {
        "lower": lambda: [s.lower(T), s.lower(T, encoding="utf-8"), s.upper(T), s.upper("ü", encoding="utf-8")],
        "strip": lambda: s.strip(T),
        "regex": lambda: [s.regex_replace(T, "[^a-z]+", "_"), s.regex_replace(T, r"(\w)\s", r"<\1>", False)],
        "regex group": lambda: s.regex_replace(T, "e", r"[\0]"),
        "full match": lambda: s.regex_full_match(T, ".*[a-z] .*"),
        "split": lambda: [s.split(T), s.split(T[0]), s.split(T, sep=" "), s.split("a,b,c", ",", maxsplit=1)],
        "characters": lambda: [s.unicode_split(T, "UTF-8"), s.unicode_split(T[0], input_encoding="UTF-8")],
        "join": lambda: [s.join([T, T], separator="+"), s.join(["<", T, ">"]), s.join(["a", "b"])],
        "reduce_join": lambda: [
            s.reduce_join([["a", "b"], ["c", "d"]], axis=-1),
            s.reduce_join([["a", "b"], ["c", "d"]], axis=0, keepdims=True, separator="."),
            s.reduce_join([["a", "b"], ["c", "d"]]),
            s.reduce_join(s.unicode_split(T, "UTF-8"), axis=-1),
        ],
        "length": lambda: [s.length(T), s.length(T, unit="UTF8_CHAR"), s.length("ü")],
        "substr": lambda: [s.substr(["Thirteen", "Fourteen"], 1, 3), s.substr("größer", -4, 2, unit="UTF8_CHAR")],
        "numbers": lambda: [s.to_number(["1.5", "2"]), s.to_number("7", tf.int32), s.as_string([1, 2])],
        "floats": lambda: s.as_string(tf.constant([1.5, 0.25]), precision=2),
        "ragged": lambda: [
            s.split(T).to_tensor(),
            s.split(T).to_tensor(default_value="-", shape=[None, 2]),
            s.split(T).row_lengths(),
            tf.ragged.constant([[1, 2], [], [3]]).to_tensor(),
        ],
        "sparse": lambda: tf.sparse.to_dense(tf.SparseTensor([[0, 1], [2, 0]], [4.0, 5.0], [3, 2])),
        "slices": lambda: list(tf.data.Dataset.from_tensor_slices((["a b", "c d"], [0, 1]))),
        "lines": lambda: _lines(tf),
        "generator": lambda: list(_generated(tf)),
        "generator of strings": lambda: list(tf.data.Dataset.from_generator(_words, tf.string)),
        "types": lambda: list(_old(tf)),
        "padded": lambda: list(_generated(tf).padded_batch(2)),
        "padded to shapes": lambda: list(_generated(tf).padded_batch(2, padded_shapes=([None], []))),
        "padded by": lambda: list(_generated(tf).padded_batch(4, ([7], ()), (tf.constant(-1, tf.int64), 0.0))),
        "buckets": lambda: list(
            _generated(tf).bucket_by_sequence_length(lambda x, y: tf.shape(x)[0], [2, 4], [2, 2, 2])
        ),
        "padded buckets": lambda: list(
            _generated(tf).bucket_by_sequence_length(
                lambda x, y: tf.shape(x)[0], [3, 7], [2, 2, 1], pad_to_bucket_boundary=True, padding_values=None
            )
        ),
        "map, take, cache": lambda: list(
            tf.data.TextLineDataset.from_tensor_slices(TEXTS).map(s.lower).map(s.split).take(2).cache()
        ),
        "reduce": lambda: tf.data.Dataset.range(5).reduce(np.int64(0), lambda total, x: total + x),
        "shard": lambda: list(tf.data.Dataset.range(7).shard(3, 1)),
        "take_while": lambda: list(tf.data.Dataset.range(7).take_while(lambda x: x < 3)),
    }


def results():
    """Return what TensorFlow gives; a function that tests send to another process."""
    from peers import require_peer

    tf = require_peer("tensorflow")
    return {name: plain(case()) for name, case in cases(tf).items()}
