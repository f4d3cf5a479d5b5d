"""A device in a web page: seen live, touched, and an agent on it watched and taken over from."""
