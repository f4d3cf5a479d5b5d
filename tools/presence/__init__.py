"""Is a person at the machine? His own mouse and keys, told apart from those that are injected."""
