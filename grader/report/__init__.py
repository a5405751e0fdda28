"""A finished `Grade` as JSON, as lines in a terminal and as one HTML page."""
