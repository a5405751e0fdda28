"""What runs inside the rooms. The host never imports it, and it never imports the host's code.

Everything here shares a process with the submission sooner or later, so nothing here is trusted and nothing
here holds a check, a label, a seed's secret or a score.
"""
