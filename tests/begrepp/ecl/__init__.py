"""Tests of the Expression Constraint Language."""
