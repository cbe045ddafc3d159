"""Deciding proposed repairs one by one: a session that never forgets, and the faces that show it.

`session` is the core and its docstring the way in; `store` keeps everything in one SQLite file, `decisions` makes, undoes
and redoes them, `queue` says what comes next, `loading` and `sources` read articles when they are wanted, `ranking` learns from
what was decided, `export` and `imports` turn decisions into files and back, `agreement` counts.  Faces: `plain`, `terminal`,
`web`, which only ask and draw: `actions` says what an answer does and what is shown after it, `keys` which key gives it.
"""
