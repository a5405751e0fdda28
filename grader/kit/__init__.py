"""The kit: what students receive of a course, and nothing else of it."""
