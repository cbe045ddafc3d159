"""The steps that build the packaged model: text → identifiers → n-grams → hash tables; pairs and WordNet → channel."""
