"""Repairing whole corpora: nothing lost, nothing twice, and resumed where it stopped.

``job`` (what is to be done, and is it still the same?) · ``plan`` (which files, under which names) · ``targets`` (all that is
written) · ``work`` (one batch of records) · ``engine`` and ``crew`` (who does it) · ``journal`` (what is done) · ``run`` (all of
it) · ``join`` (parts become files) · ``adapt`` (decipherment before repair) · ``tally``, ``summary`` and ``report`` (what came
of it).
"""
