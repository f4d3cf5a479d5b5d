"""Secrets: where their values are kept, how they are typed, and how what shows them is hidden."""
