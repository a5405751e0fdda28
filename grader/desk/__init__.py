"""The desk of a student: try, ask for a hint, look at all lessons, work while the file is watched."""
