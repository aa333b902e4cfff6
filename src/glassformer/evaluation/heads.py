"""What the heads of a trained model look at, against the truth of the built-in pair.

Does cross-attention follow the gold word alignment (``alignment``)? And which head, if any, finds
the noun that "it" stands for (``antecedent``): one whose strongest noun is the right one, and
without whose weight on it the model errs between il and elle?

The words must be the model's tokens, one for one, as with a word tokenizer; otherwise the report
says why it is empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glassformer.data.petit import Sentence
from glassformer.evaluation.accuracy import NOTHING, Accuracy
from glassformer.evaluation.aligned import Example
from glassformer.evaluation.alignment import AlignmentAgreement, alignment_agreement
from glassformer.evaluation.antecedent import Cut, antecedent_heads
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import TokenizerPair

# What counts as a finding. A guess between two nouns is right half of the time.
LOOKS = 0.75  # share of sentences in which a head's strongest noun is the right one
MATTERS = 0.05  # fall of the share of right pronouns
KNOWS = 0.75  # share of right pronouns below which there is nothing to explain
FEWEST = 50  # sentences


@dataclass(frozen=True, kw_only=True)
class HeadsReport:
    """What was found; ``reason`` says why nothing was looked for, where nothing was.

    ``heads`` has a cut for every head of the three attentions, ``together`` one for all heads of
    each attention. ``pronouns``: right choices between il and elle with nothing cut. ``skipped``:
    sentences left out because their words are not the model's tokens.
    """

    alignment: tuple[AlignmentAgreement, ...] = ()
    heads: tuple[Cut, ...] = ()
    together: tuple[Cut, ...] = ()
    pronouns: Accuracy = NOTHING
    skipped: int = 0
    reason: str | None = None

    @property
    def found(self) -> Cut | None:
        """The head that finds the noun: of those that look at it, the one that matters most."""
        if not self.knows:
            return None
        good = [
            cut
            for cut in self.enough()
            if cut.finds and (cut.finds.share or 0) >= LOOKS and cut.fall >= MATTERS
        ]
        return max(good, key=lambda cut: cut.fall, default=None)

    @property
    def knows(self) -> bool:
        """Whether the model chooses between il and elle well enough to ask how."""
        return self.pronouns.total >= FEWEST and (self.pronouns.share or 0) >= KNOWS

    def enough(self) -> list[Cut]:
        """The heads that were seen on sentences enough to say something."""
        return [cut for cut in self.heads if cut.finds and cut.finds.total >= FEWEST]

    def sentence(self) -> str:
        """One sentence that names the head, or says that there is none."""
        if self.reason is not None:
            return f'Which head finds what "it" stands for was not looked into: {self.reason}.'
        if not self.knows:
            return (
                'No head is named for "it": given the words before, the model prefers the right '
                f"one of il and elle in {self.pronouns} of {self.pronouns.total} sentences, where "
                "a guess would in half."
            )
        found = self.found
        if found is not None:
            return (
                f'What "it" stands for is found by {found.name}: of the two nouns it looks more '
                f"at the right one in {found.finds} of sentences, and without that weight il or "
                f"elle is right in {found.after} of them instead of {found.before}."
            )
        return f'No single head finds what "it" stands for: {self.instead()}.'

    def instead(self) -> str:
        """What there is to say where no head both looks at the noun and matters."""
        said = []
        if seen := self.enough():
            best = max(seen, key=lambda cut: (cut.finds.share or 0) if cut.finds else 0)
            said.append(
                f"{best.name} looks at the right noun most often, in {best.finds} of sentences, "
                f"and without that weight il or elle is right in {best.after} of them instead of "
                f"{best.before}"
            )
        if self.together:
            most = max(self.together, key=lambda cut: cut.fall)
            said.append(
                f"without {most.name} to the noun it is right in {most.after} instead of "
                f"{most.before}"
            )
        return "; ".join(said)

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "alignment": [found.to_json() for found in self.alignment],
            "heads": [cut.to_json() for cut in self.heads],
            "together": [cut.to_json() for cut in self.together],
            "pronouns": self.pronouns.to_json(),
            "skipped": self.skipped,
            "reason": self.reason,
            "found": None if self.found is None else self.found.to_json(),
            "sentence": self.sentence(),
        }


def examine_heads(
    model: EncoderDecoder,
    tokenizers: TokenizerPair,
    sentences: Sequence[Sentence],
    pairs: Sequence[tuple[Sentence, Sentence]],
) -> HeadsReport:
    """Alignment agreement over the sentences; the antecedent's heads over the contrasting pairs."""
    plain = [Example.of(tokenizers, sentence) for sentence in sentences]
    turned = [*pairs, *((second, first) for first, second in pairs)]
    paired = [Example.of(tokenizers, sentence, twin) for sentence, twin in turned]
    usable, usable_pairs = [e for e in plain if e], [e for e in paired if e]
    skipped = len(plain) + len(paired) - len(usable) - len(usable_pairs)
    if not usable or not usable_pairs:
        reason = "that needs a tokenizer whose tokens are the words (kind = 'word')"
        return HeadsReport(skipped=skipped, reason=reason)
    was_training = model.training
    model.eval()
    agreement = alignment_agreement(model, tokenizers, usable)
    pronouns, cuts = antecedent_heads(model, tokenizers, usable_pairs)
    model.train(was_training)
    return HeadsReport(
        alignment=agreement,
        heads=tuple(cut for cut in cuts if cut.path is not None),
        together=tuple(cut for cut in cuts if cut.path is None),
        pronouns=pronouns,
        skipped=skipped,
    )
