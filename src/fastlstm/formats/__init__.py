"""The formats of model files. The class of a model is an argument, so that this package does not depend on models."""
