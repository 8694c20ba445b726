#!/usr/bin/env python3
"""Train a PyTorch model on a sine wave, replace its LSTM and train again, then convert it to a Sequential.

    python examples/torch_replace.py [--epochs 10] [--quick]

The model, its optimizer and its training loop are PyTorch's. `replace(model)` makes its LSTM run on the kernels of this
package: the losses are the same, but training is faster. `from_torch` then converts the model to a Sequential, whose
`forecast` continues the wave.
"""

import argparse
import time

import numpy as np
import torch

import fastlstm
from fastlstm.integrations.torch import from_torch, replace


class Forecaster(torch.nn.Module):
    """Two LSTM layers, and a linear layer applied to the last step."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.LSTM(1, 32, num_layers=2, batch_first=True)
        self.head = torch.nn.Linear(32, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the next values (N, 1) for windows (N, T, 1)."""
        output, _ = self.rnn(x)
        return self.head(output[:, -1])


def main() -> None:
    """Run as a script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--quick", action="store_true", help="one epoch, as a quick test")
    arguments = parser.parse_args()
    _, values = fastlstm.datasets.sine()
    x, y = (torch.tensor(part, dtype=torch.float32) for part in fastlstm.datasets.windows(values, 20))
    for name, prepare in (("torch.nn", lambda model: model), ("replaced", replace)):
        torch.manual_seed(0)
        model = prepare(Forecaster())
        start = time.perf_counter()
        loss = train(model, x, y[:, None], 1 if arguments.quick else arguments.epochs)
        print(f"{name:9} loss {loss:.7f}   {time.perf_counter() - start:6.2f} s")
    sequential = from_torch(model)
    forecast = sequential.forecast(values, 100)
    ahead = np.sin(50 * np.pi + 0.1 * np.arange(1, 101))
    print(f"forecast  RMSE {np.sqrt(np.mean((forecast - ahead) ** 2)):.4f}   over 100 steps, from {sequential.name!r}")


def train(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, epochs: int) -> float:
    """Train the model and return the mean loss of the last epoch."""
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(x)).split(32):
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
    return total / len(x)


if __name__ == "__main__":
    main()
