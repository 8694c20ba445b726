"""Objects of the core that were made by __new__ alone have no value: all that is asked of them is a TypeError."""

import numpy as np
import pytest

from fastlstm import _core

CLASSES = [one for one in vars(_core).values() if isinstance(one, type) and one.__module__ == _core.__name__]
ARGUMENTS = [(), (1,), ("a", 1), (np.zeros((1, 1, 1), "float32"),)]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_nothing_can_be_asked_of_them(cls):
    made = cls.__new__(cls)
    names = [name for name in vars(cls) if not name.startswith("_")]
    assert names
    for name in names:
        if isinstance(vars(cls)[name], property):
            with pytest.raises(TypeError, match="__init__ has been called"):
                getattr(made, name)
        else:
            for arguments in ARGUMENTS:
                with pytest.raises(TypeError):
                    getattr(made, name)(*arguments)


def test_classes_are_found():
    assert len(CLASSES) >= 6


def test_they_are_refused_as_arguments():
    network = _core.NetworkF32.__new__(_core.NetworkF32)
    with pytest.raises(TypeError, match="__init__ has been called"):
        _core.StreamF32(network, np.asarray)
