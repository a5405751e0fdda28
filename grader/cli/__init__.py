"""The command line: parse, call, print, exit code. Nothing is imported here that is not needed to say --help."""
