"""Keras' own exporter, with the backend PyTorch: keras-images.onnx."""
import os

os.environ["KERAS_BACKEND"] = "torch"
import onnx
from fixture import save, scratch
from keras_network import images

images().export(scratch("keras"), format="onnx", verbose=False)
save("keras-images", onnx.load(scratch("keras")))
