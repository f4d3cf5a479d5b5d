"""The server of scrcpy as a second way to a phone's video and clipboard, where a person supplies it."""
