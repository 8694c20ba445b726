"""Activations that a peer lacks; all others are compared with it."""

NOT_IN_KERAS = ()
NOT_IN_TORCH = ("exponential", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus")
