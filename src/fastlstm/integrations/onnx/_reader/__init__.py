"""Graphs of ONNX as models. A graph is followed from its input; each tensor stands for the layers that compute it."""
