"""Why one resource has this verdict, from OPA's own trace."""
