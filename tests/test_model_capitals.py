"""What a capital inside a sentence tells of the word that stood there, and what an article tells of its spinner and names."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sample_models import packaged

from textrepair.model.capitals import CAPITALISED, capital_logps, capitalised_words, learned_readiness
from textrepair.model.lattice import build_edges, end_positions
from textrepair.model.reading import lattice_input
from textrepair.tokens import tokenize

TEXT = "The Secretary of Country came. Officials of NATO and the Justness Section said so in June."


def test_words_with_a_capital_inside_a_sentence() -> None:
    tokens = tokenize(TEXT)
    positions, sentences = lattice_input(packaged(), tokens, frozenset({3}))
    found = np.flatnonzero(capitalised_words(tokens, positions, sentences))
    # Neither the first word of a sentence, nor one in capitals, nor one that is protected ("Country").
    assert [tokens.texts[positions[i]] for i in found] == ["Secretary", "Justness", "Section", "June"]


def test_a_capital_speaks_for_words_that_are_written_so() -> None:
    model, tokens = packaged(), tokenize(TEXT)
    positions, sentences = lattice_input(model, tokens)
    edges = build_edges(sentences, model.channel.entries, True)
    capitalised = capitalised_words(tokens, positions, sentences)
    vocabulary = model.vocabulary
    compounds = model.channel.entries.compounds
    logps = capital_logps(
        sentences.words, edges, vocabulary.capital, compounds, capitalised, vocabulary.lm_size
    )
    ends = end_positions(edges)
    begins = ends - edges.length + 1
    assert not logps[edges.entry < 0].any()
    assert not logps[~capitalised[begins]].any()
    country = tokens.texts.index("Country")
    gains = {
        vocabulary.words[target]: float(logp)
        for target, logp, end, begin, entry in zip(
            edges.target, logps, ends, begins, edges.entry, strict=True
        )
        if entry >= 0 and positions[begin] == country and begin == end and target < vocabulary.lm_size
    }
    assert gains["state"] > 1.0  # a capital in half of its uses
    assert all(
        (gain > 0)
        == (vocabulary.capital[vocabulary.index[word]] > vocabulary.capital[vocabulary.index["country"]])
        for word, gain in gains.items()
        if vocabulary.capital[vocabulary.index[word]] != vocabulary.capital[vocabulary.index["country"]]
    )


@given(
    replaced=st.floats(0, 500), more=st.floats(0, 500), chances=st.floats(0, 5000), rate=st.floats(0.001, 0.9)
)
def test_readiness_grows_with_what_was_replaced(
    replaced: float, more: float, chances: float, rate: float
) -> None:
    assert learned_readiness(replaced, chances, rate) <= learned_readiness(replaced + more, chances, rate)
    assert 0.0 < learned_readiness(replaced, chances, rate) < 1.0


def test_readiness_without_chances_is_that_of_the_pairs() -> None:
    assert learned_readiness(0.0, 0.0, 0.3) == CAPITALISED
