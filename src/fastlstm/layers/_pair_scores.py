"""Products of the steps of two sequences of unknown lengths, on their way through a softmax to a product with values.

The core's layers have a fixed number of features, and these products have as many as the second sequence has steps. The
three layers together are its layer of attention, which takes any numbers of steps.
"""

from typing import Any

from .._internal.native import Branch, Output, PairScores


def are_pair_scores(shape: Any) -> bool:
    """Return whether a shape is that of such products: (N, T, None)."""
    return isinstance(shape, (tuple, list)) and len(shape) == 3 and shape[-1] is None


def normalized_scores(branch: Branch) -> bool:
    """Apply a softmax to products of steps, if the output of the branch is that; return whether it was."""
    (output,) = branch.outputs
    if not isinstance(output, PairScores) or output.normalized:
        return False
    branch.outputs = [output._replace(normalized=True)]
    return True


def append_values(branch: Branch, scores: PairScores, values: Output) -> None:
    """Add the attention of the scores to the values. As in the product of matrices that it is, masks do not matter."""
    inputs = [branch.add_on([one], "step_range") for one in (scores.query, values, scores.key)]
    branch.outputs = [branch.add_on(inputs, "attention")]
