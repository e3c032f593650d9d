"""One layer on a saved chip: input codes -> outputs, as src/package/FORMAT.md executes it, right after programming and without wires."""
import numpy as np

from .cells import blocks_of, digits_per_one


def bits_of(layer):
    return layer.get("input_bits", 8)


def quantize(layer, values):
    """Real inputs -> codes, in 32 bits: divide, round half to even, add the zero, saturate. Signed codes in two's complement."""
    most, half = (1 << bits_of(layer)) - 1, 1 << (bits_of(layer) - 1)
    low, high = (-half, half - 1) if layer["input_signed"] else (0, most)
    scaled = np.rint(values.astype(np.float32) / np.float32(layer["input_scale"]))
    return (np.clip(scaled + layer["input_zero"], low, high).astype(int) & most).astype(np.uint16)


def parts_of(layer, codes):
    """The unsigned numbers whose bits drive rows, their number of bits, and the sign of each: (numbers, bits, sign)"""
    coding = layer["input_coding"]
    signed = layer["input_signed"]
    bits = bits_of(layer)
    most, half = (1 << bits) - 1, 1 << (bits - 1)
    if coding == "binary":
        return [(codes.astype(int), bits, 1)]
    numbers = np.where(signed & (codes >= half), codes.astype(int) - most - 1, codes.astype(int)) - layer["input_zero"]
    limits = (half - 1, half) if signed else (most - layer["input_zero"], layer["input_zero"])
    return [
        (np.clip(sign * numbers, 0, limit), int(limit).bit_length(), sign) for sign, limit in zip((1, -1), limits)
    ]


def drives_of(layer, codes):
    """Every drive of the rows: (level of every input, weight of its conversions)"""
    width = layer["driver_bits"]
    parts = parts_of(layer, codes)
    twos = layer["input_coding"] == "binary" and layer["input_signed"]
    all_bits = bits_of(layer)
    top = all_bits - 1
    starts = sorted({*range(0, all_bits, width), *([top] if twos else [])})
    drives = []
    for bit, end in zip(starts, starts[1:] + [all_bits]):
        levels = [(sign, (numbers >> bit) % (1 << (end - bit))) for numbers, bits, sign in parts if bit < bits]
        if not levels:
            continue
        if layer["input_coding"] == "binary":
            drives.append((levels[0][1], -(1 << bit) if twos and bit == top else 1 << bit))
        elif layer["input_coding"] == "bipolar":
            drives.append((sum(sign * level for sign, level in levels), 1 << bit))
        else:
            drives += [(level, sign << bit if sign > 0 else -(1 << bit)) for sign, level in levels]
    return drives


def execute_layer(layer, chip, codes):
    """@param codes bytes of all inputs, [groups * rows]. @returns outputs, [groups * columns], and saturated conversions"""
    low, high = -(1 << (layer["adc_bits"] - 1)), (1 << (layer["adc_bits"] - 1)) - 1
    sums = np.zeros(layer["groups"] * layer["columns"])
    saturated = 0
    drives = drives_of(layer, codes)
    for block in blocks_of(layer):
        cells = chip.conductances[block["array"]][block["rows"]].astype(float)
        own = chip.converters[block["block"]]
        plus, minus = cells[:, block["added"]], cells[:, block["subtracted"]]
        # A pair's converter subtracts; the converters of columns see the plus column first, wherever it lies.
        flipped = block["sign"] < 0
        seen = [plus - minus] if layer["convert"] == "pair" else [np.where(flipped, minus, plus), np.where(flipped, plus, minus)]
        for side, matrix in enumerate(seen):
            setting = np.arange(len(block["added"])) * len(seen) + side
            digital = block["converters"] + side
            sign = block["sign"] if len(seen) == 1 else 1 - 2 * side
            unit = sign * layer["converter_step"][digital].astype(float) * float(layer["radix"]) ** block["slice"]
            unit = unit / layer["digit_step"] / digits_per_one(layer)
            for level, weight in drives:
                wanted = np.rint(level[block["inputs"]] @ matrix / own["step"][setting].astype(float)) + own["zero"][setting]
                code = np.clip(wanted, low, high)
                saturated += int((wanted != code).sum())
                np.add.at(sums, block["outputs"], weight * (code - layer["converter_zero"][digital]) * unit)
    zero = layer["input_zero"] if layer["input_coding"] == "binary" else 0
    outputs = layer["input_scale"] * layer["scales"].astype(float) * (sums - zero * layer["column_sums"]) + layer["bias"]
    return correct(layer, chip.corrections.get(layer["output"]), codes, outputs), saturated


def correct(layer, own, codes, outputs):
    """gain y + C (U^T x) + bias, group by group"""
    if own is None:
        return outputs
    outputs = own["gain"].astype(float) * outputs + own["bias"]
    if own["rank"] == 0:
        return outputs
    most, half = (1 << bits_of(layer)) - 1, 1 << (bits_of(layer) - 1)
    numbers = np.where(layer["input_signed"] & (codes >= half), codes.astype(int) - most - 1, codes.astype(int))
    x = (layer["input_scale"] * (numbers - layer["input_zero"])).reshape(layer["groups"], layer["rows"])
    u = own["directions"].reshape(layer["groups"], own["rank"], -1).astype(float) if own["directions"].size else 1
    sums = (u * x[:, None, :]).sum(axis=2)
    c = own["coefficients"].reshape(layer["groups"], layer["columns"], own["rank"]).astype(float)
    return outputs + np.einsum("gcr,gr->gc", c, sums).ravel()
