"""What this package plugs into, one module for each: none is imported before it is asked for."""
