"""text_dataset_from_directory, against Keras."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, layers, utils
from fastlstm.preprocessing import TextVectorization


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    root = tmp_path_factory.mktemp("texts")
    for name in "ba":
        (root / name / "deep").mkdir(parents=True)
        for i in range(7):
            path = root / name / ("deep" if i % 2 else ".") / f"{i}.txt"
            path.write_bytes(f"{name}{i} text\r\n é".encode())
        (root / name / "notes.md").write_text("no text")
    return root


def batches(data):
    found = []
    for batch in data:
        texts, labels = batch if isinstance(batch, tuple) else (batch, None)
        decoded = [text.decode() if isinstance(text, bytes) else text for text in np.atleast_1d(np.asarray(texts))]
        found.append((decoded, None if labels is None else np.asarray(labels).tolist()))
    return found


def both(folder, options, capsys):
    keras = require_peer("keras")
    functions = (utils.text_dataset_from_directory, keras.utils.text_dataset_from_directory)
    found = [function(str(folder), **options) for function in functions]
    capsys.readouterr()
    return found


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"batch_size": 4, "label_mode": "categorical"},
        {"batch_size": None, "label_mode": "binary"},
        {"labels": None, "label_mode": None},
        {"labels": list(range(14))},
        {"max_length": 3, "class_names": ["b", "a"]},
        {"validation_split": 0.3, "subset": "training"},
        {"validation_split": 0.3, "subset": "validation"},
    ],
    ids=str,
)
def test_texts_are_those_of_keras(options, folder, capsys):
    ours, theirs = both(folder, options | {"shuffle": False}, capsys)
    assert batches(ours) == batches(theirs)
    if theirs.class_names:
        assert ours.class_names == theirs.class_names
    assert batches([ours[-1]])[0] == batches(ours)[-1]
    with pytest.raises(IndexError, match="index: expected one of"):
        ours[len(ours)]


@pytest.mark.parametrize("subset", ["training", "validation"])
def test_shuffled_parts_are_those_of_keras(subset, folder, capsys):
    ours, theirs = both(folder, {"validation_split": 0.3, "subset": subset, "seed": 3}, capsys)
    texts = [sorted(text for batch, _ in batches(data) for text in batch) for data in (ours, theirs)]
    assert texts[0] == texts[1]
    first = batches(ours)
    ours.on_epoch_end()
    assert sorted(batches(ours)[0][0]) == sorted(first[0][0])


def test_texts_become_numbers_before_a_model(folder, capsys):
    train, test = utils.text_dataset_from_directory(folder, validation_split=0.3, subset="both", batch_size=4)
    assert capsys.readouterr().out == "Found 14 files of 2 classes.\n"
    vectorize = TextVectorization(output_sequence_length=3)
    vectorize.adapt(train.map(lambda texts, labels: texts))
    model = Sequential([Input((3,)), layers.Embedding(vectorize.vocabulary_size(), 2), layers.LSTM(2), layers.Dense(1)])
    model.compile("adam", "mse")

    def numbers(texts, labels):
        return vectorize(texts), labels

    parts = (part.map(numbers, num_parallel_calls=4) for part in (train, test))
    history = model.fit(next(parts), validation_data=next(parts), epochs=2, verbose=0)
    assert len(history.history["val_loss"]) == 2


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"directory": "none"}, FileNotFoundError, "directory: expected a folder, got 'none'"),
        ({"labels": "x"}, ValueError, "labels: expected 'inferred', a list of integers or None, got 'x'"),
        ({"labels": [1]}, ValueError, r"labels: expected one for each of 14 files, got shape \(1,\)"),
        ({"label_mode": "x"}, ValueError, "label_mode: expected 'int', 'binary', 'categorical' or None, got 'x'"),
        (
            {"label_mode": "binary", "labels": list(range(14))},
            ValueError,
            "label_mode: 'binary' expected 2 classes, got",
        ),
        ({"class_names": ["a"]}, ValueError, "class_names: expected the folders a, b, got a"),
        ({"validation_split": 0.2}, ValueError, "subset: expected it together with validation_split"),
        ({"validation_split": 0.2, "subset": "x"}, ValueError, "subset: expected 'training', 'validation' or 'both'"),
        ({"validation_split": 0.2, "subset": "training"}, ValueError, "seed: expected a number with shuffle and"),
        ({"validation_split": 0.01, "subset": "both"}, ValueError, "validation_split: 0.01 of 14 files leaves one"),
        ({"batch_size": 0}, ValueError, "batch_size"),
    ],
)
def test_refuses(options, error, match, folder):
    with pytest.raises(error, match=match):
        utils.text_dataset_from_directory(**{"directory": folder, "verbose": False} | options)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"directory: expected .txt files in"):
        utils.text_dataset_from_directory(tmp_path)
