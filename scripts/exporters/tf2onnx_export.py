"""TensorFlow's functions by tf2onnx, of the same network that keras_export.py writes: tf2onnx-*.onnx."""
import os

os.environ["KERAS_BACKEND"] = "tensorflow"
import onnx
import tensorflow as tf
import tf2onnx
from fixture import save
from keras_network import images


def export(name, function, shape, **options):
    signature = [tf.TensorSpec(shape, tf.float32, name="image")]
    save(name, renamed(tf2onnx.convert.from_function(tf.function(function), signature, **options)[0]))


def renamed(model):
    """Which of equal constants gives its name to all changes from run to run, and with it their order."""
    ordered = sorted(model.graph.initializer, key=lambda tensor: (tensor.data_type, list(tensor.dims), tensor.raw_data))
    names = {tensor.name: f"const__{i}" for i, tensor in enumerate(ordered)}
    for tensor in ordered:
        tensor.name = names[tensor.name]
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
    ordered = [onnx.TensorProto.FromString(tensor.SerializeToString()) for tensor in ordered]
    del model.graph.initializer[:]
    model.graph.initializer.extend(ordered)
    return model


network = images()
export("tf2onnx-images", network, (None, 8, 8, 3), opset=13)

draw = tf.random.Generator.from_seed(7)
weights = [draw.uniform(shape, -0.5, 0.5).numpy() for shape in ((5, 1, 4, 8), (8, 3, 6), (6, 5))]


def sequence(x):
    """A convolution in time (tf2onnx: Squeeze and Unsqueeze), products with two axes, and an einsum."""
    x = tf.nn.relu(tf.squeeze(tf.nn.conv2d(tf.expand_dims(x, 2), weights[0], 1, "SAME"), 2))
    x = tf.nn.relu(tf.nn.conv1d(x, tf.transpose(tf.reshape(weights[1], (8, 3, 6)), (1, 0, 2)), 2, "VALID"))
    return tf.einsum("btf,fc->btc", x, weights[2])


export("tf2onnx-sequence", sequence, (None, 9, 4), opset=15)
