"""What a person does on a screen, as the same actions an agent uses."""
