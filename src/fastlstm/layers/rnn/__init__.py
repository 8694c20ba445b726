"""Recurrent layers: cells as data, the layers made of them, and Bidirectional."""
