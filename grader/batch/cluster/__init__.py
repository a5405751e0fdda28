"""Grades on many machines, by Dask: `grade batch … --scheduler ADDRESS`; imported only then."""
