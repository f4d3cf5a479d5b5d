"""Tiny checkpoints of the real architecture: random ones for any test, and a trained one that looks and clicks."""
