"""Runs looked at: as a page, as a film, as a list, beside each other, for a CI."""

from screenwright.agent.view.page import write_page

__all__ = ["write_page"]
