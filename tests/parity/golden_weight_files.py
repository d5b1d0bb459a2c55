# SPDX-License-Identifier: GPL-3.0-or-later
"""Weight files as the example's program saves them, and what Keras predicts with them: for the importer.

Keras 3, `model.save_weights("x.weights.h5")`. A layer's group is named by its class in snake case and counted within
that class, in the order of use, whatever the user's session called it (its own name is in the attribute `name`):
  layers/sequential/layers/normalization/vars/{0,1,2}     mean [3], variance [3], count [] (int64)
  layers/patch_encoder/projection/vars/{0,1}              kernel [P*P*3, D], bias [D]
  layers/patch_encoder/position_embedding/vars/0          [patches, D]
  layers/layer_normalization[_i]/vars/{0,1}               gamma, beta: two a block, then the final one
  layers/multi_head_attention[_i]/{query,key,value}_dense/vars/{0,1}   [D, heads, keyDim], [heads, keyDim]
  layers/multi_head_attention[_i]/output_dense/vars/{0,1}              [heads, keyDim, D], [D]
  layers/dense[_i]/vars/{0,1}                             the blocks' MLPs, then the head's layers, then the classifier
  layers/flatten or layers/global_average_pooling1d       no variables; and dropout, add, input_layer likewise
Since 2.12 Keras 2 writes this too, with an underscore before query_dense and the like.

Keras 2, `model.save_weights("x.h5")` (and `model.save("x.h5")`, there below the group `model_weights`). The root's
attribute `layer_names` lists the layers in the order of use, under the names of the user's session (counting may begin
anywhere); each has a group with the attribute `weight_names`, paths of its arrays below that group:
  data_augmentation   normalization/mean:0, normalization/variance:0, normalization/count:0 (older: mean:0, …)
  patch_encoder       patch_encoder/dense/kernel:0, patch_encoder/dense/bias:0, patch_encoder/embedding/embeddings:0
  layer_normalization[_i]   …/gamma:0, …/beta:0
  multi_head_attention[_i]  …/query/kernel:0, …/query/bias:0, …/key/…, …/value/…, …/attention_output/…
  dense[_i]           …/kernel:0, …/bias:0
keras2.h5 is written by tf_keras, which is Keras 2's own code; it differs from 2.6's only in a group without arrays,
top_level_model_weights, which is taken out again here.
"""

import h5py
import keras
import numpy as np
import tf_keras

from example import Sizes, build
from golden_inputs import drawn_images
from golden_model import ODD, SMALL
from golden_file import write_golden
from layout import config_of, fill, use_precision, weights_of

CASES = {
    "keras3.weights.h5": (keras, Sizes(**SMALL | {"dropout": True}), 11),
    "keras3_gap.weights.h5": (keras, Sizes(**SMALL | {"dropout": True, "head": "gap"}), 12),
    "keras3_odd.weights.h5": (keras, Sizes(**ODD | {"dropout": True}), 13),
    "keras2.h5": (tf_keras, Sizes(**SMALL | {"dropout": True}), 14),
    "keras2.weights.h5": (tf_keras, Sizes(**SMALL | {"dropout": True}), 16),
    "keras2_gap.h5": (tf_keras, Sizes(**SMALL | {"dropout": True, "head": "gap"}), 15),
}


def write(folder):
    use_precision("float32")
    for file, (module, sizes, seed) in CASES.items():
        images = drawn_images(6, sizes.native_size, seed)
        module.layers.Dense(3)((np.zeros((1, 2), "float32")))  # so that the session's counting begins elsewhere
        model, augmentation = build(module, sizes)
        augmentation.layers[0].adapt(images)
        fill(model, seed)
        model.save_weights(folder / file)
        if "top_level_model_weights" in h5py.File(folder / file):
            with h5py.File(folder / file, "a") as h5:
                del h5["top_level_model_weights"]
        logits = model.predict(images.astype("float32"), verbose=0)
        tensors = {"images": images, "logits": logits, "probabilities": np.asarray(keras.ops.softmax(logits)),
                   "mean": np.asarray(augmentation.layers[0].mean).reshape(3),
                   "variance": np.asarray(augmentation.layers[0].variance).reshape(3)}
        tensors |= {f"weights/{k}": v for k, v in weights_of(model, sizes).items()}
        write_golden(folder / (file.replace(".h5", "").replace(".", "_") + "_predictions.safetensors"), tensors,
                     f"What {module.__name__} predicts with {file} from the raw images, in single precision.",
                     config=config_of(sizes), classes=sizes.num_classes, native_size=sizes.native_size)
