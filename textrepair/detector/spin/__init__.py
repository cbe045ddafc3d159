"""Words swapped by a spinner: is the article worth reading (``screen``), is it spun (``detector``), and what makes edits of its
readings (``restored_words``), with a probability each (``confidence``).
"""
