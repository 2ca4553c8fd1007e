"""Profiles: what lies in shapes/profiles, what comes in to be judged, and what is said of it."""
