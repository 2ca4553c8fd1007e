"""Tools for variables: takes variables and values, returns concept suggestions, crosswalks and value checks."""
