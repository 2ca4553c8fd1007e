"""Measurements against alternatives, runnable by anyone: `python -m bench NAME FOLDER`."""
