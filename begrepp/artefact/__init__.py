"""The finished build on disk: takes a build's folder, returns its manifest, statistics and alphabetical index."""
