"""The ground floor, used by every other package; it imports only the compiled core."""
