"""The slides in English: a text by its slide and part, {in braces} what is put in."""

WORDS = {
    "point": ".",
    "percent": "{figures} %",
    "percent.little": "< 1 %",
    "percent.most": "> 99 %",
    "quoted": "“{word}”",
    "hidden": "hidden",
    "others": "{count} others",
    "output": "output",
    "normalised": "normalised",
    "probability": "probability",
    "head": "head {head}",
    "layer": "{stack}, layer {layer}",
    "layer.head": "{stack}, layer {layer}, head {head}",
    "encoder": "encoder",
    "decoder": "decoder",
    "encoder-decoder": "encoder-decoder",
    "decoder-only": "decoder-only",
    "encoder-only": "encoder-only",
    "none": "(none)",
    "end": "(end)",
    "start": "(start)",
    "padding": "(padding)",
    "fact.model": "model",
    "fact.family": "family",
    "fact.layers": "layers",
    "fact.heads": "heads in each",
    "fact.parameters": "parameters",
    "eq1": "§3.2.1, eq. 1",
    "eq2": "§3.3, eq. 2",
    "figure1": "§3, Figure 1",
    "beyond": "beyond the paper",
    # The title and the whole.
    "opening.title": "One sentence through a Transformer",
    "opening.reads": "The model reads",
    "opening.image": "an image",
    "opening.label": "and says that it is",
    "opening.encoder-decoder": "and writes",
    "opening.decoder-only": "and its best guess for what comes next is",
    "opening.encoder-only": "and its best guess for each place is",
    "opening.cut": "{said}, to begin with,",
    "opening.nothing": "(nothing)",
    "opening.untrained": ". It has learned nothing: its parameters were drawn at random.",
    "opening.notes": (
        "Every number on these slides was computed by this model on this sentence. The notes "
        "of each slide say where in the recording its numbers are: the recording is "
        "trace = gf.load(…).trace({text})."
    ),
    "whole.title": "The whole of it",
    "whole.two": "Two halves: one reads, one writes. Each is a stack; layers: {count}.",
    "whole.encoder": "The paper's model has two halves. This one has the encoder alone.",
    "whole.decoder": "The paper's model has two halves. This one has the decoder alone.",
    "whole.alt": "From below to above. {parts}",
    "whole.parts": "{stack}: {blocks}",
    "whole.notes": (
        "Read it from below to above, as in the paper's Figure 1. Each layer adds what it finds to "
        "what is there. "
    ),
    "whole.crossed": (
        "Every layer of the decoder looks at what the last layer of the encoder made."
    ),
    "whole.patches": "patches + positions",
    "whole.embedding": "embedding + positions",
    "whole.self_attention": "self-attention",
    "whole.cross_attention": "cross-attention",
    "whole.feedforward": "feed-forward",
    "whole.masked": "masked {name}",
    "whole.pre": "norm, {name}, add",
    "whole.post": "{name}, add, norm",
    "whole.layer": "layer 2: the same",
    "whole.layers": "layers 2 to {count}: the same",
    "whole.norm": "norm",
    "whole.labels": "probabilities of labels",
    "whole.tokens": "probabilities of tokens",
    # From the sentence to the first layer.
    "tokens.title": "Words become tokens and numbers",
    "tokens.shows": "tokenizer",
    "tokens.said": (
        "The tokenizer cuts the text into tokens ({kind}) and knows each by its place "
        "in a vocabulary of {size}. From here on the model sees numbers only."
    ),
    "tokens.spelled": " Words that are not in it are spelled in smaller pieces.",
    "tokens.word": "word",
    "tokens.token": "token",
    "tokens.id": "id",
    "tokens.alt": "Tokens {first} to {last} with their ids",
    "tokens.notes": (
        "Ask first: what does a computer do with a word? It looks it up in a list and takes its "
        "number. The ids are {ids}. The numbers say nothing about meaning yet: neighbours in the "
        "list are not alike."
    ),
    "patches.title": "An image becomes a row of squares",
    "patches.shows": "patches",
    "patches.said": (
        "{side} × {side} pixels are cut into squares of {patch} × {patch}: "
        "{count} of them, read row by row, after one learned “class” position."
    ),
    "patches.alt": "The image, pixel by pixel",
    "patches.notes": (
        'The numbers: trace["source_embedding.cut"] [batch, patch, pixel]. What a word is to a '
        "sentence, a square is to the image."
    ),
    "embedding.title": "A number becomes a vector",
    "embedding.shows": "embedding",
    "embedding.said": (
        "E is a learned matrix with a row for each token: {rows} rows of "
        "{width} numbers. The token's id picks its row."
    ),
    "embedding.scaled": " It is multiplied by √{width} = {root}.",
    "embedding.alt": "The first numbers of the embeddings of {name} and other words",
    "embedding.tied": " The same matrix makes the logits at the end.",
    "embedding.notes": (
        'The numbers: trace["{path}.embedded"][0, {at}]. The followed word is '
        "“{name}”, position {at} counted from 0.{tied}"
    ),
    "positions": "positions",
    "positions.title": "Where the word stands is added",
    "positions.learned": (
        "Each position has a vector of its own, learned like an embedding, and it is added."
    ),
    "positions.formula": "PE(pos, 2i) = sin(pos / 10000^(2i/d_model)),   PE(pos, 2i+1): cos",
    "positions.other": "sines and cosines of the position",
    "positions.said": (
        "Attention alone would not see the order of words. So each position has a vector of "
        "sines and cosines, from fast to slow, and it is added to the word's."
    ),
    "positions.before": "vector so far",
    "positions.position": "+ position {at}",
    "positions.sum": "= sum",
    "positions.marked": "with segment",
    "positions.alt": "The vector of {name}, its position's, and their sum",
    "positions.notes": (
        'The numbers: trace["{path}.position"][{at}] and trace["{path}.placed"]. Positions '
        "are counted from 0."
    ),
    "wave.title": "What positions look like",
    "wave.said": (
        "A row for each position, the first {columns} of {width} numbers. Blue is above zero, "
        "orange below. They are {kind}."
    ),
    "wave.learned": "learned",
    "wave.computed": "computed, not learned",
    "wave.position": "position",
    "wave.alt": "Position vectors, rows 0 to {last}",
    "wave.notes": (
        'The numbers: trace["{path}.position"][:{rows}, :{columns}]. Ask: is there a '
        "position whose row is another's? And why would plain counting, 0, 1, 2, not do?"
    ),
    # One head on one word, then all.
    "projections.title": "One head, three vectors of a word",
    "projections.plain": (
        "The vector of “{name}” is multiplied by three learned matrices. The query "
        "asks, the key answers, the value is what is handed on: {wide}, {wide} and {values} "
        "numbers in each of {heads} heads."
    ),
    "projections.normed": (
        "The vector of “{name}”, normalised first, is multiplied by three learned matrices. The "
        "query asks, the key answers, the value is what is handed on: {wide}, {wide} and {values} "
        "numbers in each of {heads} heads."
    ),
    "projections.query": "query q",
    "projections.key": "key k",
    "projections.value": "value v",
    "projections.alt": "The first numbers of x, q, k and v of {name}",
    "projections.notes": (
        'The numbers: trace["{path}.query"][0, {head}, {at}], and the same of key and value. '
        "Code: {code}. The head was chosen because here “{name}” looks "
        "at another word more than in the layer's other heads."
    ),
    "agreement.title": "A score is a dot product",
    "agreement.said": (
        "How well does the key of “{key}” answer the query of “{name}”? Multiply "
        "number by number and add up: the more they agree, the larger the sum."
    ),
    "agreement.sum": "sum",
    "agreement.query": "q of {name}",
    "agreement.key": "k of {key}",
    "agreement.product": "product",
    "agreement.alt": "Query, key, their products and the sum {total}",
    "agreement.total": "All {count} products add up to {total}.",
    "agreement.notes": (
        'The number: trace["{path}.scores"][0, {head}, {at}, {key}] = {total}. The key '
        "is that of the word at which this head looks most from “{name}”, itself aside."
    ),
    "softmax.title": "Scores become shares of 100 %",
    "softmax.formula": "attention = softmax(q·k / √d_k),   √d_k = √{width} = {root}",
    "softmax.word": "word",
    "softmax.attention": "attention",
    "softmax.alt": "Scores and attention of {name} for each word",
    "softmax.bars": "Attention of {name}, as bars",
    "softmax.notes": (
        "From “{name}” this head looks most at “{best}”: "
        "{share}. Without ÷ √d_k large scores would make nearly all of it "
        'go to one word, and little would be learned. The numbers: trace["{path}.scores"], '
        '"{path}.scaled", "{path}.weights", each at [0, {head}, {at}].'
    ),
    "mixture.title": "The values are mixed in these shares",
    "mixture.formula": "z = attention₁·v₁ + attention₂·v₂ + …",
    "mixture.sum": "sum z",
    "mixture.alt": "Values of each word and their mixture for {name}",
    "mixture.notes": (
        "Each value is multiplied by its share, and all are added. The numbers: "
        'trace["{path}.value"][0, {head}] and trace["{path}.mixed"][0, {head}, {at}].'
    ),
    "whole_head.title": "Every word asks every word",
    "whole_head.said": (
        "Each row is a word that looks, each column a word that is looked at; a row adds up to 1."
    ),
    "whole_head.masked": " A dot is hidden: no word sees the words after it.",
    "grid.alt": "{shows}: attention as a grid",
    "grid.rows": ", rows {first} to {last} of {count}",
    "grid.notes": 'The numbers: trace["{path}.weights"][0, {head}] [query, key]. Code: {code}.',
    "heads.title": "All heads at once, from “{name}”",
    "heads.said": "{count} heads look in {count} ways, each with matrices of its own.",
    "heads.one": "This model has one head.",
    "heads.alt": "Attention of {name} in each head",
    "heads.words": "the {count} words that are looked at most",
    "heads.first": "the first {room} of {count} heads",
    "heads.and": " and ",
    "heads.shown": "Shown: {left}. ",
    "heads.best": "head {head}: {word}",
    "heads.notes": (
        '{shown}Where each looks most: {best}. The numbers: trace["{path}.weights"][0, :, {at}].'
    ),
    "joined.title": "The heads are put together",
    "joined.formula": "MultiHead = Concat(z of head 1, …, z of head h)·W_O",
    "joined.said": (
        "{heads} × {each} = {total} numbers, side by side, are mixed by a "
        "learned matrix into {width}: what attention has to say to “{name}”."
    ),
    "joined.head": "z of head {head}",
    "joined.more": "{count} more",
    "joined.alt": "The heads' results for {name} and the output",
    "joined.notes": (
        'The numbers: trace["{path}.mixed"][0, :, {at}] and trace["{path}.output"][0, {at}].'
    ),
    # What a layer does beside attention, and the stack.
    "norm.title": "Add and norm",
    "norm.said": (
        "What attention says is added to what was there, so nothing is lost on the way. The sum "
        "has mean {mean} and standard deviation {spread}; the norm makes "
        "them 0 and 1, and then stretches and shifts each number as it has learned."
    ),
    "norm.pre": " Here the norm stands before each sub-layer, in the paper after it.",
    "norm.before": "x, what was there",
    "norm.after": "z, from attention",
    "norm.alt": "The residual sum and the norm of {name}",
    "norm.notes": (
        'The numbers: trace["{added}"][0, {at}] and trace["{normed}"][0, {at}]. Code: {code}.'
    ),
    "feedforward.title": "Feed-forward: each word by itself",
    "feedforward.said": (
        "{hidden} neurons read the vector of “{name}”; {on} of them are above zero. "
        "What they say is mixed back into {width} numbers. No word sees another here."
    ),
    "feedforward.neuron": "neuron",
    "feedforward.alt": "The strongest neurons at {name}",
    "feedforward.bars": "The same as bars",
    "feedforward.output": "The first numbers of the output at {name}",
    "feedforward.notes": (
        'The numbers: trace["{path}.hidden"][0, {at}], "{path}.active", "{path}.output"; '
        "neurons counted from 1. The strongest are shown, bars in shares of the first."
    ),
    "stack.title.one": "1 layer: how far “{name}” travels",
    "stack.title.more": "{count} layers: how far “{name}” travels",
    "stack.said": (
        "The same again in each layer, with other parameters. Likeness is the cosine: 1 is the "
        "same direction, 0 is no likeness, −1 the opposite."
    ),
    "stack.embedding": "embedding",
    "stack.layer": "after layer {layer}",
    "stack.norm": "after the last norm",
    "stack.vector": "vector of {name}",
    "stack.length": "length",
    "stack.first": "like the embedding",
    "stack.previous": "like the one before",
    "stack.alt": "Length and likeness of the vector of {name} after each layer",
    "stack.notes": "The vectors: {paths} at [0, {at}].",
    # The decoder's part.
    "mask.title": "The decoder looks back, never ahead",
    "mask.said": "Each row has read its word and those before. What comes later is hidden (·).",
    "cross.title": "Where it looks while it writes",
    "cross.said": "Above, what it writes; below, what was read. Thicker lines are more attention.",
    "cross.most": "{word}: {read} {share}",
    "cross.alt": "{shows}: most attention of each word. {most}",
    "cross.notes": (
        "The queries are the decoder's, keys and values the encoder's. Shown is the head of all "
        "layers whose attention is most on single words. "
        'The numbers: trace["{path}"][0, {head}] [query, key]; the query is the position '
        "that writes the word. Most attention: {most}."
    ),
    "choice.title.token": "Every token gets a probability",
    "choice.title.label": "Every label gets a probability",
    "choice.bias": "logits = x·W + b,   probabilities = softmax(logits)",
    "choice.formula": "logits = x·W,   probabilities = softmax(logits)",
    "choice.said.token": (
        "{where} {count} tokens get a logit each, and the softmax makes shares of 100 % of them."
    ),
    "choice.said.label": (
        "{where} {count} labels get a logit each, and the softmax makes shares of 100 % of them."
    ),
    "choice.token": "token",
    "choice.label": "label",
    "choice.logit": "logit",
    "choice.alt.token": "The most probable tokens",
    "choice.alt.label": "The most probable labels",
    "choice.bars": "Their probabilities as bars",
    "choice.notes": (
        'The numbers: trace["logits"][0, {at}] and trace["probabilities"][0, {at}]. All '
        "probabilities add up to {total}; these {count} to {part}."
    ),
    "choice.whole": "The first position's vector decides what the whole is.",
    "choice.place": "At the place of “{word}”:",
    "choice.writes": "Having read “{word}”, before it writes “{next}”:",
    "choice.after": "After “{words}”:",
    "loop.writes": "Written word by word",
    "loop.predicts": "Every place predicts what comes next",
    "loop.decoding": "decoding",
    "loop.predictions": "predictions",
    "loop.read.again": (
        "Each word that is written is read again, and then the next one is chosen, until the end."
    ),
    "loop.together": (
        "In training all places learn at once; when it writes, only the last counts."
    ),
    "loop.read": "it has read",
    "loop.wrote": "writes",
    "loop.came": "then came",
    "loop.second": "next best",
    "loop.guess": "best guess",
    "loop.its": "its probability",
    "loop.alt": "Step by step: what was read, what was written, and how probable it was",
    "loop.rows": ", 1 to {room} of {count}",
    "loop.notes.writes": (
        'The numbers: trace["probabilities"][0, step, token], one pass over all positions; '
        "writing word by word with the cache gives the same."
    ),
    "loop.notes.predicts": 'The numbers: trace["probabilities"][0, position, token].',
    "looked.title": "Where did it look for “{name}”?",
    "looked.shows": "cross-attention, cut",
    "looked.said": (
        "The largest attention on each source word, in any layer and head, where it writes "
        "“{name}”. Looking is not yet proof: so the word is cut off, and “{name}”, which had a "
        "probability of {before}, is computed again."
    ),
    "looked.word": "source word",
    "looked.place": "layer, head",
    "looked.writing": "cut while writing",
    "looked.everywhere": "cut everywhere",
    "looked.alt": "Source words, attention, and the probability of {name} without each",
    "looked.notes": (
        "Cut while it writes: the attention on the word is set to 0 in every layer and head of "
        "cross-attention, at position {at} alone. Cut everywhere: in the encoder as "
        "well, so that no other word knows of it. The other shares stay as they are. Ask before "
        "you show the last two columns: which word does it need?"
    ),
    "looked.none": (
        "Without any one of these words “{name}” keeps more than half of its probability: "
        "it did not need a single one of them."
    ),
    "looked.proved": "Without {words}, “{name}” keeps at most half of its {share}.",
    # What training makes of it, and where all of it is.
    "loss.title": "How it learns: the loss",
    "loss.shows": "loss",
    "loss.formula": "loss = −(1 − ε)·log p(target) − ε·mean of all log p",
    "loss.written": "what the model wrote is taken as the target",
    "loss.text": "the target is the text",
    "loss.said": (
        "Here {taken}. ε = {smoothing} is label smoothing: a little of the target goes to every "
        "token. The mean over {count} positions is {mean} nats; an "
        "update turns every parameter a little, so that it falls."
    ),
    "loss.target": "target",
    "loss.alt": "The loss of each position",
    "loss.bars": "Losses as bars",
    "loss.notes": (
        "The bars are in shares of the greatest. The paper's training (§5.3): Adam, the "
        "learning rate rising over the warm-up and then falling with the square root of the step."
    ),
    "map.title": "Where it is: paper and code",
    "map.more": "{title} (more)",
    "map.slide": "slide",
    "map.step": "step",
    "map.paper": "the paper",
    "map.line": "the line",
    "map.alt": "The steps with their sections of the paper and lines of code",
    "map.notes": (
        '"Attention Is All You Need", Vaswani et al. 2017. The lines are those that ran; '
        "glassformer code RUN prints all that a model executes."
    ),
    # Tours and pins.
    "tour.shows": "{title}, step {step} of {count}",
    "tour.number": "the number",
    "tour.value": "its value here",
    "tour.alt": "The number that the step stands at",
    "tour.if": "If {when}: {text}",
    "tour.otherwise": "Where the model has no such thing: {text}",
    "tour.place": " at {address}",
    "tour.blank": (
        "{blank} is what the page computes for the model at hand: open the tour there{place}."
    ),
    "tour.and": " and ",
    # What a step hangs on: so, and not so.
    "when.trained": "the model is trained|the model is not trained",
    "when.untrained": "the model is untrained|the model is trained",
    "when.writes": "it writes|it does not write",
    "when.translates": "it translates|it does not translate",
    "when.attends": "its words look at each other|its words do not look at each other",
    "when.built-in": "it is of the built-in pair of languages|it is of other languages",
    "when.live": "the program is at hand|the program is not at hand",
    "when.has-run": "its training was kept|its training was not kept",
    "when.clear": "the look is clear|the look is not clear",
    "when.changes": "one word came out otherwise|no single word came out otherwise",
    "when.rewritten": (
        "more than one word came out otherwise|no more than one word came out otherwise"
    ),
    "when.unchanged": "nothing else came out otherwise|something else came out otherwise",
    "when.proved": "the probability fell to half or less|the probability did not fall to half",
    "when.weakened": (
        "the probability fell, but not to half|the probability did not fall, or fell to half"
    ),
    "when.unharmed": "the probability did not fall|the probability fell",
    "when.all-proved": "with all cut it fell to half or less|with all cut it did not fall to half",
    "when.all-held": "with all cut it did not fall to half|with all cut it fell to half or less",
    "when.tied": "words and output share a table|words and output share no table",
    "when.causal": "later words are hidden|no later words are hidden",
    "when.right": "in every case|in no case",
    "found.model": "the model",
    "found.sentence": "the sentence",
    "found.output": "the output",
    "found.read": "words read",
    "found.wrote": "words written",
    "found.layers": "layers",
    "found.heads": "heads",
    "found.width": "the width",
    "found.head_width": "a head’s width",
    "found.vocabulary": "the vocabulary",
    "found.parameters": "parameters",
    "found.heads_each": "heads side by side",
    "found.word": "the word",
    "found.chance": "its probability",
    "found.runner": "the second",
    "found.runner_chance": "the second’s probability",
    "found.before_word": "the word before",
    "found.head": "the head",
    "found.at": "the word looked at",
    "found.share": "the share",
    "found.second": "the second word",
    "found.second_share": "the second’s share",
    "found.third": "the third word",
    "found.third_share": "the third’s share",
    "found.old": "the old word",
    "found.new": "the new word",
    "found.changed": "what changed",
    "found.became": "what it became",
    "found.before": "before the cut",
    "found.after": "after the cut",
    "found.after_all": "with all cut",
    "found.name": "its name",
    "found.value": "the value",
    "found.pieces": "the pieces",
    "found.count": "the count",
    "found.first": "the first place",
    "found.last": "the last place",
    "pin.title": "Pin {count}",
    "pin.shows": "pin {count} of {total}",
    "pin.pinned": "pinned",
    "pin.page": "the page",
    "pin.then": "its value then",
    "pin.sentence": "on the sentence",
    "pin.alt": "What was pinned: {what}",
    "pin.notes": "Pinned on the page. Its place there: {address}",
    "pin.continued": "{title} (continued)",
}
