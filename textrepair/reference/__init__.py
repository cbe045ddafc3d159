"""Wording from reference texts: find those that share passages with an article, align, restore.

A question a module: which references may share something with the article (:mod:`.index`), which stretches of the two truly
correspond (:mod:`.passages`), what these say about each word (:mod:`.wording`), what reports of the same event say about readings
(:mod:`.event`); :mod:`.restore` puts the four together.
"""
