"""The told text in the page: without a voice it is there to be read; with one it is read aloud."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from rig import Explorer

Open = Callable[..., Explorer]

# What a browser with voices has, in the shape that the standard gives it; Chromium here has none.
# Sentences last as long as the test wants: `finish` ends the one that is being said.
VOICES = """
window.spoken = [];
const voice = (name, lang, localService) => ({ name, lang, localService, default: false });
const target = new EventTarget();
let current = null, voices = [];
window.talking = () => current !== null;
window.finish = () => { const done = current; current = null; done.onend(); };
window.arrive = () => {
  voices = [['far', 'en-GB', false], ['près', 'fr-FR', true], ['near', 'en-US', true]]
    .map((one) => voice(...one));
  target.dispatchEvent(new Event('voiceschanged'));
};
window.SpeechSynthesisUtterance = function (text) { this.text = text; };
Object.defineProperty(window, 'speechSynthesis', { value: Object.assign(target, {
  getVoices: () => voices,
  speak: (one) => { current = one; spoken.push([one.text, one.voice.name, one.rate]); },
  cancel: () => { const cut = current; current = null; cut?.onerror?.({ error: 'canceled' }); },
}) });
"""


def test_without_a_voice_the_text_is_offered(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open(view="tours")
    tab.page.get_by_role("button", name="The Transformer as a story").click()
    button = tab.page.get_by_role("button", name="No English voice on this machine")
    button.click()
    expect(tab.page.get_by_role("heading", name="The signal house")).to_be_in_viewport()
    expect(tab.page.get_by_text("There is a strait so wide")).to_be_in_viewport()
    assert tab.page.locator("[data-sentence][aria-current]").count() == 0
    assert tab.small_targets() == []


def test_a_voice_of_this_machine_reads_sentence_by_sentence(explorer: Open) -> None:
    tab = explorer()
    page = tab.page
    page.add_init_script(VOICES)
    tab.open(view="told")
    expect(page.get_by_role("button", name="No English voice")).to_be_visible()
    page.evaluate("arrive()")
    page.get_by_role("button", name="Read it to me").click()
    here = page.locator("[data-sentence][aria-current]")
    expect(here).to_have_text("There is a strait so wide that nobody can shout across it.")
    assert page.evaluate("spoken.at(-1)") == [here.inner_text(), "near", 1]
    page.evaluate("finish()")
    expect(here).to_have_text("On one shore people signal with flags, in English.")
    page.locator("[data-sentence='40']").click()
    expect(here).to_have_attribute("data-sentence", "40")
    expect(here).to_be_in_viewport()
    page.get_by_label("speed").select_option("1.5")
    assert page.evaluate("spoken.at(-1)") == [here.inner_text(), "near", 1.5]
    page.get_by_role("button", name="Pause").click()
    said = page.evaluate("spoken.length")
    page.get_by_role("button", name="a sentence on").click()
    expect(here).to_have_attribute("data-sentence", "41")
    assert page.evaluate("spoken.length") == said
    page.get_by_role("button", name="Read it to me").click()
    assert page.evaluate("spoken.length") == said + 1
    assert tab.findings() == []
    assert page.evaluate("talking()")
    page.locator("nav .shut").click()
    expect(page.locator("[data-sentence]")).to_have_count(0)
    assert not page.evaluate("talking()")
