"""Wording from reference texts: find those that share passages with an article, align, restore.

Three questions, a module each: which references may share something with the article (:mod:`.index`), which stretches of the
two truly correspond (:mod:`.passages`), and what that says about each word (:mod:`.restore`).
"""
