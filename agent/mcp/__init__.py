"""`screenwright mcp`: a screen for whoever speaks the Model Context Protocol, under the same guard and trace."""
