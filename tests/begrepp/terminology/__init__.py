"""Tests of the terminology of a build."""
