"""The layers for texts and tokens: their results have TensorFlow's methods, and they take rows of any lengths."""

from typing import Any

import numpy as np

from .. import preprocessing
from .._internal.tensor import tensor


class _Lookup:
    """Before a class of `fastlstm.preprocessing`: its calls return tensors."""

    def __call__(self, inputs: Any) -> Any:
        """Return what the class of `fastlstm.preprocessing` returns, as a tensor."""
        if hasattr(inputs, "with_rows"):  # a RaggedTensor
            return inputs.with_rows(self(row) for row in inputs)
        if hasattr(inputs, "_preprocessed_by"):  # an input of a model
            return super().__call__(inputs)  # type: ignore[misc]
        return tensor(np.asarray(super().__call__(inputs)))  # type: ignore[misc]


class TextVectorization(_Lookup, preprocessing.TextVectorization):
    __doc__ = preprocessing.TextVectorization.__doc__


class StringLookup(_Lookup, preprocessing.StringLookup):
    __doc__ = preprocessing.StringLookup.__doc__


class IntegerLookup(_Lookup, preprocessing.IntegerLookup):
    __doc__ = preprocessing.IntegerLookup.__doc__


class Hashing(_Lookup, preprocessing.Hashing):
    __doc__ = preprocessing.Hashing.__doc__


class Discretization(_Lookup, preprocessing.Discretization):
    __doc__ = preprocessing.Discretization.__doc__
