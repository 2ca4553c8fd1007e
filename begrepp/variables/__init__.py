"""Tools for variables: takes variables and values, returns suggested concepts, crosswalks and verdicts."""
