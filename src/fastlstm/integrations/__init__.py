"""Integrations with other packages, one module for each; only that module imports the other package."""
