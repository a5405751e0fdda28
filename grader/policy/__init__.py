"""A course's rules on marks: due dates, lateness, which try counts, weights; pure functions."""
