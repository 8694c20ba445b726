"""What model files look like. The class of a model is handed in, so that this package does not know models."""
