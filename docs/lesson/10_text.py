"""
Text: words in their order
==========================

A text is a sequence, and its words mean little without their order: "bad, not good" has
the words of "good, not bad". This page turns sentences into numbers, lets a network
read them word by word, and watches it change its mind.
"""

# %%
# Sentences
# ---------
#
# A small grammar writes reviews. Each has two clauses joined by "but", and the verdict
# is that of the last one. Any adjective may be negated.
import matplotlib.pyplot as plt
import numpy as np

import fastlstm
from fastlstm import layers
from fastlstm.preprocessing import TextVectorization

rng = np.random.default_rng(0)
nouns = ["food", "service", "view", "room", "music", "price"]
adjectives = {"good": 1, "lovely": 1, "great": 1, "bad": 0, "awful": 0, "boring": 0}


def review():
    """Return a sentence, and 1 if its verdict is positive."""
    clauses = []
    for noun in rng.choice(nouns, 2, replace=False):
        adjective, negated = rng.choice(list(adjectives)), rng.random() < 0.5
        clauses.append(f"the {noun} was {'not ' if negated else ''}{adjective}")
        verdict = adjectives[adjective] != negated
    return f"{clauses[0]}, but {clauses[1]}.", int(verdict)


texts, labels = zip(*(review() for _ in range(3000)), strict=True)
labels = np.array(labels)
for text, label in zip(texts[:4], labels[:4], strict=True):
    print(label, text)

# %%
# From words to numbers
# ---------------------
#
# ``TextVectorization`` removes the punctuation, splits into words and numbers these by
# their frequency. Zero is padding and one an unknown word.
vectorize = TextVectorization(output_sequence_length=12)
vectorize.adapt(texts)
print(vectorize.vocabulary_size(), "words:", vectorize.get_vocabulary()[:8], "...")
print(texts[0])
print(vectorize(texts[:1])[0])

# %%
# A bag of words
# --------------
#
# A simple classifier takes which words occur in a text, in no order.
train, test = slice(2000), slice(2000, None)
bag = TextVectorization(output_mode="multi_hot")
bag.adapt(texts)

fastlstm.utils.set_random_seed(0)
plain = fastlstm.Sequential(
    [
        layers.Input((bag.vocabulary_size(),)),
        layers.Dense(32, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
plain.compile(
    fastlstm.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"]
)
plain.fit(bag(texts[train]), labels[train], epochs=15, verbose=0)
_, accuracy = plain.evaluate(bag(texts[test]), labels[test], verbose=0)
print(f"bag of words: accuracy {accuracy:.3f}")

# %%
# Word by word
# ------------
#
# An ``Embedding`` has a vector for each word, which is trained like any weight. The
# LSTM reads one vector per word, and with ``mask_zero=True`` it skips the padding.
fastlstm.utils.set_random_seed(0)
model = fastlstm.Sequential(
    [
        layers.Input((None,)),
        layers.Embedding(vectorize.vocabulary_size(), 8, mask_zero=True),
        layers.LSTM(16),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(
    fastlstm.optimizers.Adam(1e-2), "binary_crossentropy", metrics=["accuracy"]
)
model.fit(vectorize(texts[train]), labels[train], epochs=15, verbose=0)
_, accuracy = model.evaluate(vectorize(texts[test]), labels[test], verbose=0)
print(f"LSTM:         accuracy {accuracy:.3f}")

# %%
# The bag of words knows that "not" occurs, but not what it negates. The LSTM knows.
#
# Watching it read
# ----------------
#
# A stream takes one word at a time and returns the answer for the text so far.
sentences = [
    "The food was good, but the room was not good.",
    "The food was not good, but the room was good.",
]
figure, panels = plt.subplots(2, figsize=(7, 5), sharey=True, layout="constrained")
for sentence, axes in zip(sentences, panels, strict=True):
    stream = model.stream()
    numbers = vectorize([sentence])[0]
    numbers = numbers[numbers > 0]
    answers = [stream.step(number)[0] for number in numbers]
    print(f"{answers[-1]:.3f} {sentence}")
    axes.plot(answers, "o-", color="C0")
    axes.axhline(0.5, color="0.7", zorder=0)
    axes.set_xticks(
        range(len(numbers)),
        [vectorize.get_vocabulary()[number] for number in numbers],
        rotation=45,
    )
    axes.set(ylabel="answer (1 = positive)", ylim=(-0.05, 1.05))
plt.show()

# %%
# The picture shows the answer after each word for two sentences of the same words. Only
# the answers after an adjective count; the network was never asked in between. After
# the first clause, "not good" and "good" lead to opposite answers, and the second
# clause overrules the first one.
#
# Try it yourself
# ---------------
#
# Give it a sentence with two negations in a row, which the grammar never writes. Does
# "not not good" work?
#
# Next: :doc:`11_lengths`, sequences of different length. All tools for texts are in
# :doc:`/text`; a script that writes text letter by letter is among the
# :doc:`/examples`.
