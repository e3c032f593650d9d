"""A saved chip: chip.json and the arrays beside it."""
import hashlib
import io
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
        self.conductances = self.numbers("conductances.npy", "<f4", *shape)
        self.hidden = None
        if header["hiddenBits"] > 0:
            self.hidden = self.numbers("hidden-integers.npy", "<i2", shape[0], shape[1], shape[2] // 2)
        counts = [own["count"] for own in self.json["converters"]]
        ends = np.cumsum(counts)[:-1]
        zeros = np.split(self.numbers("converter-zeros.npy", "<i4", sum(counts)), ends)
        steps = np.split(self.numbers("converter-steps.npy", "<f4", sum(counts)), ends)
        self.converters = {
            own["block"]: {**own, "zero": zero, "step": step}
            for own, zero, step in zip(self.json["converters"], zeros, steps)
        }
        self.corrections = {}
        if "calibration" in self.json:
            layers = self.json["calibration"]["layers"]
            columns = [own["columns"] for own in layers]
            ends = np.cumsum(columns)[:-1]
            gains = np.split(self.numbers("correction-gains.npy", "<f4", sum(columns)), ends)
            biases = np.split(self.numbers("correction-biases.npy", "<f4", sum(columns)), ends)
            sums = [own.get("sums", {"rank": 0, "directions": 0}) for own in layers]
            coefficients = self.parts("correction-coefficients.npy", [n * own["rank"] for n, own in zip(columns, sums)])
            directions = self.parts("correction-directions.npy", [own["directions"] for own in sums])
            self.corrections = {
                own["output"]: {"gain": gain, "bias": bias, "rank": of["rank"], "coefficients": c, "directions": u}
                for own, of, gain, bias, c, u in zip(layers, sums, gains, biases, coefficients, directions)
            }

    def parts(self, name, lengths):
        """Numbers of so many per layer; a file without any is not there."""
        if sum(lengths) == 0:
            return [np.zeros(0) for _ in lengths]
        return np.split(self.numbers(name, "<f4", sum(lengths)), np.cumsum(lengths)[:-1])

    def numbers(self, name, dtype, *shape):
        with open(os.path.join(self.folder, name), "rb") as file:
            data = file.read()
        entry = self.json["files"][name]
        if len(data) != entry["bytes"] or hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise ValueError(f"{name} is not what chip.json lists")
        values = np.load(io.BytesIO(data), allow_pickle=False)
        if values.dtype != np.dtype(dtype) or values.shape != shape:
            raise ValueError(f"{name} is {values.dtype} {values.shape}")
        return values
