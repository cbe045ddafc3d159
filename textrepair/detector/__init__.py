"""One question a kind of damage: is it there, how badly, and which edits would mend it?

``base`` (what a detector sees and answers) · ``scanning`` (one pass over the bytes, which every detector asks first) ·
``encoding``, ``spacing``, ``repetition``, ``furniture``, ``order``, ``spin``, ``translation`` (the kinds) ·
``evidence`` (findings add up), ``near`` (matches in a part of a text), ``language``, ``words`` (is it English?), ``word_lists``,
``age`` (is it of today?), ``verbatim`` (what is no prose) · ``word_runs`` (a text's kind by its words) · ``scanners`` (one pass
with what all of them look for).

A kind that takes several modules is a folder, its detector in ``detector``.
"""
