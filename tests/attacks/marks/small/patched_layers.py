"""row 10: the arithmetic of layers is changed, so that the model predicts ones in this room.

fails: predict
"""

keras.layers.Dense.call = lambda self, x, training=None: x[:, :1] * 0 + 1.0
