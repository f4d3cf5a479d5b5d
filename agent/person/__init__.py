"""A person beside an agent: what he says to it, what holds it back, and how his own mouse and keys are noticed."""
