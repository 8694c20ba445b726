"""What every other package builds on. It imports nothing of this package but the compiled core."""
