r"""
Vanishing and exploding gradients
=================================

A recurrent network is trained through all of its steps, and the gradient has to travel
back through each of them. On the way it is multiplied once per step. Whatever is
multiplied a hundred times by the same number either vanishes or explodes, and then the
network cannot learn what happened long ago.
"""

# %%
# One unit
# --------
#
# Take a single unit, :math:`h_t = \tanh(u \, h_{t-1})`. By the chain rule, the
# derivative of the last state with respect to the first one is a product with one
# factor per step:
#
# .. math:: \frac{d h_T}{d h_0} = \prod_{t=1}^{T} u \, (1 - h_t^2)
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import analysis, initializers, layers, plotting

for u in (0.5, 0.9, 1.0, 1.1, 1.5):
    h, derivative = 1e-6, 1.0
    for _ in range(30):
        h = np.tanh(u * h)
        derivative *= u * (1 - h**2)
    print(f"u = {u}: after 30 steps the derivative is {derivative:9.2e}")

# %%
# Only a weight of exactly one keeps the derivative, and training does not keep a weight
# at exactly one.
#
# A layer
# -------
#
# In a layer, the recurrent kernel takes the place of :math:`u`. An orthogonal matrix
# keeps the length of every vector; multiplied by a scale, it shrinks or stretches all
# of them. ``analysis.gradient_flow`` returns the norm of the gradient of the loss at
# each step, here before any training.
rng = np.random.default_rng(0)
x = rng.normal(scale=0.1, size=(32, 60, 4))
y = rng.normal(size=(32, 1))


def rnn_with_scale(scale):
    """Return a model whose recurrent kernel is orthogonal times this number."""
    fastlstm.utils.set_random_seed(0)
    name = f"scale {scale}"
    rnn = layers.SimpleRNN(
        64, recurrent_initializer=initializers.Orthogonal(gain=scale), name=name
    )
    model = fastlstm.Sequential([layers.Input((None, 4)), rnn, layers.Dense(1)])
    model.compile("adam", "mse")
    return name, model


flow, exponents = {}, {}
for scale in (0.7, 1.0, 1.4):
    name, model = rnn_with_scale(scale)
    flow |= analysis.gradient_flow(model, x, y)
    exponents |= analysis.lyapunov_exponent(model, x)

figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
plotting.plot_gradient_flow(flow, ax=axes)
axes.set_title("Gradient of the loss at each step", loc="left")
plt.show()

# %%
# The picture shows the three norms on a logarithmic axis; the gradient travels from
# right to left. With a small scale it falls along a straight line, which means by the
# same factor at each step: it vanishes. With a large scale it grows on its way: it
# explodes. The shaded areas are the range of most samples.
#
# The factor of one step
# ----------------------
#
# The slope of such a line has a name, the Lyapunov exponent: the logarithm of the
# factor by which a small change of the state grows in one step. Below zero the layer
# forgets; above zero it explodes.
figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
plotting.plot_lyapunov_exponent(exponents, ax=axes)
plt.show()

# %%
# The picture shows the exponent of each layer. The factors beside the bars are smaller
# than the scales, because the tanh takes its share at each step.
#
# How far back does the output depend on a state at all? ``analysis.memory_length``
# counts the steps until the gradient has fallen to a hundredth.
for scale in (0.5, 0.7, 0.9):
    name, model = rnn_with_scale(scale)
    print(f"{name}: {analysis.memory_length(model, x)[name]:.0f} steps")

# %%
# A remedy for exploding gradients
# --------------------------------
#
# Exploding gradients can be clipped. With ``clipnorm=1``, the optimizer shortens the
# gradient of each weight to a norm of at most one before it takes a step. Plain
# gradient descent with a learning rate of one makes that visible: the change of the
# weight is the gradient.
for clipnorm in (None, 1.0):
    _, model = rnn_with_scale(1.4)
    model.compile(fastlstm.optimizers.SGD(1.0, clipnorm=clipnorm), "mse")
    before = model.get_weights()[1]
    model.train_on_batch(x, y)
    change = np.linalg.norm(model.get_weights()[1] - before)
    print(f"clipnorm={clipnorm}: one step changes the recurrent kernel by {change:.3g}")

# %%
# For vanishing gradients there is no such remedy: a gradient that is gone cannot be
# amplified. The cell itself has to change.
#
# Try it yourself
# ---------------
#
# Make the input ten times as large (``scale=1.0`` in ``rng.normal``). The units
# saturate, and the exploding layer calms down. Why?
#
# Next: :doc:`04_lstm`, a cell whose gradient takes a path of its own. More of these
# functions are in :doc:`/analysis`.
