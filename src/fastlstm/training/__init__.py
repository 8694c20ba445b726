"""Running a built model on data: fit, evaluate, predict, roll-outs, and the adapters for each kind of data."""
