"""The layers that make one output of several inputs, as functions: ``add([x, y])`` is ``Add()([x, y])``."""

from typing import Any

from .dot import Dot
from .merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract


def add(inputs: Any, **options: Any) -> Any:
    """Return the sum of several inputs.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Add` takes them.
    **options
        Keyword arguments of `Add`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Add` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Add` raises them.

    Examples
    --------
    >>> from fastlstm.layers import add
    >>> add([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[11.0, 22.0]]
    """
    return Add(**options)(inputs)


def subtract(inputs: Any, **options: Any) -> Any:
    """Return the first of two inputs less the second.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Subtract` takes them.
    **options
        Keyword arguments of `Subtract`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Subtract` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Subtract` raises them.

    Examples
    --------
    >>> from fastlstm.layers import subtract
    >>> subtract([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[-9.0, -18.0]]
    """
    return Subtract(**options)(inputs)


def multiply(inputs: Any, **options: Any) -> Any:
    """Return the product of several inputs.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Multiply` takes them.
    **options
        Keyword arguments of `Multiply`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Multiply` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Multiply` raises them.

    Examples
    --------
    >>> from fastlstm.layers import multiply
    >>> multiply([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[10.0, 40.0]]
    """
    return Multiply(**options)(inputs)


def average(inputs: Any, **options: Any) -> Any:
    """Return the mean of several inputs.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Average` takes them.
    **options
        Keyword arguments of `Average`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Average` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Average` raises them.

    Examples
    --------
    >>> from fastlstm.layers import average
    >>> average([[[1.0, 2.0]], [[3.0, 6.0]]]).tolist()
    [[2.0, 4.0]]
    """
    return Average(**options)(inputs)


def maximum(inputs: Any, **options: Any) -> Any:
    """Return the largest of several inputs, element by element.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Maximum` takes them.
    **options
        Keyword arguments of `Maximum`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Maximum` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Maximum` raises them.

    Examples
    --------
    >>> from fastlstm.layers import maximum
    >>> maximum([[[1.0, 5.0]], [[3.0, 4.0]]]).tolist()
    [[3.0, 5.0]]
    """
    return Maximum(**options)(inputs)


def minimum(inputs: Any, **options: Any) -> Any:
    """Return the smallest of several inputs, element by element.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Minimum` takes them.
    **options
        Keyword arguments of `Minimum`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Minimum` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Minimum` raises them.

    Examples
    --------
    >>> from fastlstm.layers import minimum
    >>> minimum([[[1.0, 5.0]], [[3.0, 4.0]]]).tolist()
    [[1.0, 4.0]]
    """
    return Minimum(**options)(inputs)


def concatenate(inputs: Any, axis: int = -1, **options: Any) -> Any:
    """Return several inputs one after the other along an axis.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Concatenate` takes them.
    axis : int
        As for `Concatenate`.
    **options
        Keyword arguments of `Concatenate`, such as `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Concatenate` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Concatenate` raises them.

    Examples
    --------
    >>> from fastlstm.layers import concatenate
    >>> concatenate([[[1.0, 2.0]], [[3.0]]]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    return Concatenate(axis, **options)(inputs)


def dot(inputs: Any, axes: Any = -1, **options: Any) -> Any:
    """Return the products of the vectors of two inputs along an axis.

    Parameters
    ----------
    inputs : list of array_like or of SymbolicTensor
        As `Dot` takes them.
    axes : int or (int, int)
        As for `Dot`.
    **options
        Keyword arguments of `Dot`, such as `normalize`, `name`, `dtype`.

    Returns
    -------
    ndarray or SymbolicTensor
        What a new `Dot` layer returns for them.

    Raises
    ------
    ValueError, TypeError
        As `Dot` raises them.

    Examples
    --------
    >>> from fastlstm.layers import dot
    >>> dot([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[50.0]]
    """
    return Dot(axes, **options)(inputs)
