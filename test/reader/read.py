"""read.py PACKAGE CHIP -> what a reader that knows only the FORMAT documents finds there, as JSON."""
import json
import sys
from collections import Counter

import numpy as np
from crossloom.cells import integers_of
from crossloom.chip import Chip
from crossloom.execute import execute_layer, quantize
from crossloom.package import Package

package, chip = Package(sys.argv[1]), Chip(sys.argv[2])
operations = Counter(op for program in package.programs.values() for op, _ in program)
recorded = {own["output"]: index for index, own in enumerate(package.record["layers"])}
layers = []
for layer in package.layers:
    vectors = package.arrays[f"vectors_{recorded[layer['output']]}"][:4]
    executed = [execute_layer(layer, chip, codes) for codes in vectors]
    layers.append({
        "output": layer["output"],
        "integers": integers_of(package, layer).ravel().tolist(),
        "reference": package.reference_integers(layer).ravel().tolist(),
        "codes": vectors.tolist(),
        "outputs": [np.asarray(values).tolist() for values, _ in executed],
        "saturated": sum(count for _, count in executed),
    })  # fmt: skip
first = quantize(package.layers[0], package.arrays["known_input_0"])
hidden = chip.hidden.ravel().tolist() if chip.hidden is not None else []
json.dump({"header": package.header, "operations": operations, "layers": layers, "first": first.ravel().tolist(), "hidden": hidden}, sys.stdout)
