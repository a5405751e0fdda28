"""Which TensorFlow operations a frozen graph may hold: arithmetic on its inputs, and loops over them.

Nothing here reads or writes files, runs Python, talks to a network or keeps state. The list was drawn up from
the graphs of Keras's layers and operations; one that is missing turns a model down with its name.
"""

OPERATIONS = frozenset(  # a list of 170 quoted names reads worse than one text
    # ends, constants and plumbing
    "Placeholder Const Identity IdentityN NoOp StopGradient Shape ShapeN Size Rank Fill Range Cast Bitcast "
    "PartitionedCall StatefulPartitionedCall If StatelessIf While StatelessWhile Case StatelessCase "
    # shapes
    "Reshape Squeeze ExpandDims Transpose ConcatV2 Pack Unpack Split SplitV Slice StridedSlice Tile Pad PadV2 "
    "MirrorPad BroadcastTo BroadcastArgs GatherV2 GatherNd ReverseV2 ReverseSequence OneHot ZerosLike OnesLike "
    "TensorScatterUpdate TensorScatterAdd ScatterNd Roll Where SelectV2 Select "
    # lists that loops over time use
    "TensorListFromTensor TensorListReserve TensorListStack TensorListGetItem TensorListSetItem TensorListLength "
    "TensorListElementShape EmptyTensorList TensorListPushBack TensorListPopBack "
    # arithmetic
    "Add AddV2 AddN Sub Mul MulNoNan Div RealDiv DivNoNan FloorDiv FloorMod Mod Neg Abs Sign Square Sqrt Rsqrt "
    "Reciprocal Pow Exp Expm1 Log Log1p Sin Cos Tan Sinh Cosh Tanh Asin Acos Atan Atan2 Sigmoid Softplus Softsign "
    "Relu Relu6 LeakyRelu Elu Selu Erf Maximum Minimum Round Rint Floor Ceil ClipByValue SquaredDifference "
    "Equal NotEqual Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr LogicalNot IsNan IsInf IsFinite "
    # reductions
    "Sum Mean Prod Max Min All Any ArgMax ArgMin Cumsum Cumprod TopKV2 L2Loss "
    # matrices, convolutions, pooling, normalisation
    "MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 Einsum BiasAdd Softmax LogSoftmax Conv2D Conv3D "
    "DepthwiseConv2dNative Conv2DBackpropInput MaxPool AvgPool MaxPool3D AvgPool3D FusedBatchNormV3 "
    "SpaceToBatchND BatchToSpaceND MatrixBandPart MatrixDiagV3 MatrixSetDiagV3".split()
)
