"""A saved chip: chip.json and the little-endian arrays beside it."""
import hashlib
import json
import os

import numpy as np


class Chip:
    def __init__(self, folder):
        self.folder = folder
        with open(os.path.join(folder, "chip.json"), encoding="utf8") as file:
            self.json = json.load(file)
        header = self.json["header"]
        shape = header["arrays"], header["rows"], header["columns"]
        self.conductances = self.numbers("conductances.f32", "<f4").reshape(shape)
        self.hidden = None
        if header["hiddenBits"] > 0:
            self.hidden = self.numbers("hidden.i16", "<i2").reshape(shape[0], shape[1], shape[2] // 2)
        counts = [own["count"] for own in self.json["converters"]]
        ends = np.cumsum(counts)[:-1]
        zeros = np.split(self.numbers("converters.i32", "<i4"), ends)
        steps = np.split(self.numbers("converters.f32", "<f4"), ends)
        self.converters = {
            own["block"]: {**own, "zero": zero, "step": step}
            for own, zero, step in zip(self.json["converters"], zeros, steps)
        }
        self.corrections = {}
        if "calibration" in self.json:
            rest = self.numbers("calibration.f32", "<f4")
            for own in self.json["calibration"]:
                gain, bias, rest = np.split(rest, [own["columns"], 2 * own["columns"]])
                self.corrections[own["output"]] = gain, bias

    def numbers(self, name, dtype):
        with open(os.path.join(self.folder, name), "rb") as file:
            data = file.read()
        entry = self.json["files"][name]
        if len(data) != entry["bytes"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise ValueError(f"{name} is not what chip.json lists")
        return np.frombuffer(data, dtype)
