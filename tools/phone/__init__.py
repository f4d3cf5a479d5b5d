"""An Android phone as a device."""
