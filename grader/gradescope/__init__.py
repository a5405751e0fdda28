"""An autograder for Gradescope: what is packed for it, and what runs there."""
