"""One question a kind of damage: is it there, how badly, and which edits would mend it?

``base`` (what a detector sees and answers) · ``scanning`` (one pass over the bytes, which every detector asks first) ·
``encoding``, ``spacing``, ``repetition``, ``furniture``, ``order``, ``spin``, ``translation`` (the kinds) ·
``evidence`` (findings add up), ``language``, ``words`` (is it English?), ``verbatim`` (what is no prose).

A kind that takes several modules is a folder, its detector in ``detector``.
"""
