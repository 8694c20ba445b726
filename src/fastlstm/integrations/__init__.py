"""Other packages: one module for each, imported only when it is asked for, and what it needs only there."""
