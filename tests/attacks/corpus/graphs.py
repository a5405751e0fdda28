"""Attacks through TensorFlow and Keras, whose own code opens files and connections."""

import os


def read_with_an_operation(bait):
    """row 32: reads the checks with an operation of TensorFlow"""
    import tensorflow as tf

    return tf.io.read_file(bait["checks"]).numpy()


def read_in_a_traced_function(bait):
    """row 32: reads the checks inside a traced function"""
    import tensorflow as tf

    return tf.function(lambda: tf.io.read_file(bait["checks"]))().numpy()


def read_in_a_model(bait):
    """row 32: reads the checks while a model predicts"""
    import keras
    import numpy as np
    import tensorflow as tf

    class Spy(keras.layers.Layer):
        def call(self, x):
            text = tf.io.decode_raw(tf.io.read_file(bait["checks"]), tf.uint8)
            return tf.reshape(tf.cast(text, tf.float32), (1, -1)) + 0 * x

        def compute_output_shape(self, shape):
            return (1, None)

    model = keras.Sequential([Spy()])
    return bytes(np.asarray(model(np.zeros((1, 1)))).astype(np.uint8)[0])


def read_as_a_data_set(bait):
    """row 32: reads the checks as a data set of lines"""
    import tensorflow as tf

    return next(iter(tf.data.TextLineDataset(bait["checks"]))).numpy()


def read_with_a_raw_operation(bait):
    """row 32: looks for files that match a pattern"""
    import tensorflow as tf

    return tf.raw_ops.MatchingFiles(pattern=bait["course"] + "/*/*/*.py").numpy().tolist()[0]


def list_with_gfile(bait):
    """row 32: lists a folder with TensorFlow's file system"""
    import tensorflow as tf

    return str(tf.io.gfile.listdir(bait["course"]))


def write_with_an_operation(bait):
    """row 32: writes a file into an open folder with an operation of TensorFlow"""
    import tensorflow as tf

    tf.io.write_file(bait["open"] + "/written", "x")
    return tf.io.gfile.exists(bait["open"] + "/written")


def remove_with_gfile(bait):
    """row 32: removes a file with TensorFlow's file system"""
    import tensorflow as tf

    tf.io.gfile.remove(bait["open_file"])
    return "removed"


def save_a_model_outside(bait):
    """row 32: saves a model into an open folder"""
    import keras

    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.save(bait["open"] + "/model.keras")
    return "saved"


def get_a_file(bait):
    """row 32: fetches the checks with keras.utils.get_file"""
    import keras

    with open(keras.utils.get_file("fetched.py", f"file://{bait['checks']}"), "rb") as file:
        return file.read()


def link_from_a_weights_file(bait):
    """row 32: reads the checks as raw data of an HDF5 file that says its data lie elsewhere"""
    import h5py
    import numpy as np

    with h5py.File("weights.h5", "w") as file:
        file.create_dataset("w", (10,), "u1", external=[(bait["checks"], 0, 10)])
    with h5py.File("weights.h5") as file:
        return bytes(np.asarray(file["w"]))


def load_a_file_that_is_no_library(bait):
    """row 32: has TensorFlow load an operation library that it wrote itself
    unconfined: no, because that would need a compiler
    """
    import tensorflow as tf

    with open("op.so", "wb") as file:
        file.write(b"\x7fELF")
    return str(tf.load_op_library(os.path.abspath("op.so")))


def run_python_in_a_graph(bait):
    """row 32: reads the checks in a function that a graph calls back"""
    import tensorflow as tf

    def read():
        with open(bait["checks"], "rb") as file:
            return file.read()

    return tf.py_function(read, [], tf.string).numpy()


def serve_a_cluster(bait):
    """row 27: starts a server of TensorFlow and listens on a port
    ends in: Died
    """
    import tensorflow as tf

    return tf.distribute.Server.create_local_server().target


def serve_data(bait):
    """row 27: starts TensorFlow's service for data sets
    ends in: Died
    """
    import tensorflow as tf

    return tf.data.experimental.service.DispatchServer().target


def save_a_graph_outside(bait):
    """row 32: saves a graph into an open folder"""
    import tensorflow as tf

    tf.saved_model.save(tf.Module(), bait["open"] + "/graph")
    return len(os.listdir(bait["open"] + "/graph"))
