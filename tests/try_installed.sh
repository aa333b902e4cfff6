# Uses an installed Glassformer from a folder that is not its source: train, translate, evaluate, and
# open the page, which the package carries.
set -eu
rm -rf runs
glassformer --help >/dev/null
glassformer recipes list
glassformer train petit-demo --run runs/tiny data.size=2000 training.updates=20 \
    training.warmup=5 training.checkpoint_every=10 training.evaluate_every=10
test "$(printf 'the girl sleeps\n\nthe dog runs\n' | glassformer translate runs/tiny | wc -l)" = 3
glassformer runs list
glassformer evaluate runs/tiny --json >report.json
python -c "import json; json.load(open('report.json')); import glassformer as gf; print(gf.__file__)"

test "$(echo 'the girl sleeps' | glassformer translate petit)" = 'la fille dort'  # the carried model

glassformer explore --no-browser >address &
explorer=$!
trap 'kill $explorer' EXIT
python - <<'END'
import re, time, urllib.request
from pathlib import Path

until = time.monotonic() + 60
while not (said := Path("address").read_text().split()) and time.monotonic() < until:
    time.sleep(0.1)
while True:
    try:
        page = urllib.request.urlopen(said[0], timeout=10).read().decode()
        break
    except OSError:
        assert time.monotonic() < until, "nobody answers"
        time.sleep(0.1)
parts = re.findall(r'(?:src|href)="\./(.+?)"', page)
sizes = {part: len(urllib.request.urlopen(f"{said[0]}/{part}").read()) for part in parts}
assert any(part.endswith(".js") for part in parts) and all(sizes.values()), sizes
print("the page answers:", sizes)
END
