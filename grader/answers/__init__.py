"""Questions of a lesson: what a student answers to them, what the answers are worth, and what is said about them.

`questions` reads what is asked and what is right, `reading` reads the answers out of a student's file without
running it, `items` scores choices and matches, `prose` gives feedback on sentences, `sheet` puts it all together.
Sentences are never marked here: a suggested mark counts only once a teacher accepts it.
"""
