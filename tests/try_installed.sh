# Uses an installed Glassformer from a folder that is not its source: train, translate, evaluate.
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
