"""Which cells hold a layer's weights, and the integers that the level codes or hidden integers there stand for."""
import numpy as np


def blocks_of(layer):
    """Every tile with its cells: rows by logical row, added and subtracted columns and signs by logical column."""
    places, signs, rows = (layer.get(name) for name in ("column_places", "column_signs", "row_places"))
    column_at, row_at, converter_at = 0, 0, 0
    for tile in layer["tiles"]:
        groups = tile["groupEnd"] - tile["groupStart"]
        width, height = tile["columnEnd"] - tile["columnStart"], tile["rowEnd"] - tile["rowStart"]
        # The rows of a group follow each other once for every repeat.
        group_rows = layer.get("repeats", 1) * height
        columns = groups * width
        place = np.arange(columns) if places is None else places[column_at : column_at + columns]
        order = np.arange(groups * group_rows) if rows is None else rows[row_at : row_at + groups * group_rows]
        added = tile["column"] + place * (2 if layer["encoding"] == "differential" else 1)
        per_column = 1 if layer["convert"] == "pair" else 2
        group, column = np.divmod(np.arange(columns), width)
        row_group, row = np.divmod(np.arange(groups * group_rows), group_rows)
        yield {
            **tile,
            "rows": tile["row"] + order,
            "added": added,
            # The reference column follows the block's logical columns; spare columns lie behind it.
            "subtracted": added + 1 if layer["encoding"] == "differential" else np.full(columns, tile["column"] + columns),
            "sign": np.ones(columns, int) if signs is None else signs[column_at : column_at + columns].astype(int),
            "outputs": (tile["groupStart"] + group) * layer["columns"] + tile["columnStart"] + column,
            "inputs": (tile["groupStart"] + row_group) * layer["rows"] + tile["rowStart"] + row % height,
            "converters": converter_at + per_column * np.arange(columns),
            # Cells of a group's rows under another group's columns hold no weight.
            "diagonal": row_group[:, None] == group[None, :],
        }  # fmt: skip
        column_at += columns
        row_at += groups * group_rows
        converter_at += per_column * columns


def digits_per_one(layer):
    """What the digits of all copies add up to for an integer of 1."""
    return layer.get("digits_per_one", layer["copies"])


def level_step(cell):
    """Conductance of one level (S): code c is gUseMin + c * level_step."""
    return (cell["gUseMax"] - cell["gUseMin"]) / (cell["levels"] - 1)


def level_codes(package):
    """Level codes that the program tells every cell, -1 for none: [array][row][column]"""
    header = package.header
    codes = np.full((header["arrays"], header["rows"], header["columns"]), -1, int)
    for array, program in package.programs.items():
        for op, own in program:
            if op == "program":
                codes[array, own["row"], own["column"] : own["column"] + len(own["codes"])] = own["codes"]
    return codes


def hidden_integers(package):
    """Hidden integers that the program writes: [array][row][pair]"""
    header = package.header
    values = np.zeros((header["arrays"], header["rows"], header["columns"] // 2), int)
    for array, program in package.programs.items():
        for op, own in program:
            if op == "write-hidden":
                values[array, own["row"], own["pair"] : own["pair"] + len(own["values"])] = own["values"]
    return values


def differences(package, layer):
    """A function from (array, rows, added, subtracted) to digits."""
    cell = package.target["cell"]
    if package.header["hiddenBits"] > 0:
        values = hidden_integers(package)
        dropped = package.header["hiddenBits"] - 1 - package.target["hidden"]["transferBits"]
        digits = np.sign(values) * (np.abs(values) >> dropped)
        return lambda array, rows, added, _: digits[array][np.ix_(rows, added // 2)]
    codes = level_codes(package)
    levels_a_step = round(layer["digit_step"] / layer.get("repeats", 1) / level_step(cell))
    return lambda array, rows, added, subtracted: (
        codes[array][np.ix_(rows, added)] - codes[array][np.ix_(rows, subtracted)]
    ) / levels_a_step


def integers_of(package, layer):
    """The integers that a layer's digits stand for: [group][row][column]. Repeats of a digit are equal."""
    take = differences(package, layer)
    integers = np.zeros((layer["groups"] * layer["rows"], layer["groups"] * layer["columns"]))
    for block in blocks_of(layer):
        digits = block["sign"] * take(block["array"], block["rows"], block["added"], block["subtracted"])
        weighted = np.where(block["diagonal"], digits, 0) * float(layer["radix"]) ** block["slice"] / digits_per_one(layer)
        # Several rows of a block may hold the same weights.
        np.add.at(integers, np.ix_(block["inputs"], block["outputs"]), weighted)
    shape = layer["groups"], layer["rows"], layer["groups"], layer["columns"]
    return np.stack([integers.reshape(shape)[g, :, g] for g in range(layer["groups"])]) / layer.get("repeats", 1)
