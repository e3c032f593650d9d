"""The network that Keras' exporter and tf2onnx write: channels last, seeded weights."""
import numpy as np
from keras import Input, Model, layers, utils


def images():
    """A convolution, a separable one, a batch normalization, two dense layers: [N,8,8,3] -> [N,5]."""
    utils.set_random_seed(7)
    x = picture = Input((8, 8, 3), name="image")
    x = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False, name="stem")(x)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.ReLU(6, name="relu6")(x)
    x = layers.DepthwiseConv2D(3, padding="same", name="depthwise")(x)
    x = layers.Conv2D(4, 1, activation="relu", name="pointwise")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(4, activation="relu", name="hidden")(x)
    model = Model(picture, layers.Dense(5, activation="softmax", name="scores")(x), name="images")
    draw = np.random.default_rng(7)
    model.get_layer("norm").set_weights([draw.uniform(low, high, 8) for low, high in ((0.5, 1.5), (-0.2, 0.2), (-0.2, 0.2), (0.5, 2))])
    model(np.zeros((1, 8, 8, 3), np.float32))
    return model
