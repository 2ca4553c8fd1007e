"""The tests of begrepp: postcard-size fixtures, sentences as names."""
