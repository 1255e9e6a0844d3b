using MIOpenDarts.Interop.Generated;

namespace MIOpenDarts.Interop.MIOpen;

/// <summary>Element types of tensors.</summary>
public enum DataType
{
    /// <summary>16-bit IEEE floating point.</summary>
    Half = miopenDataType_t.miopenHalf,

    /// <summary>32-bit floating point.</summary>
    Float = miopenDataType_t.miopenFloat,

    /// <summary>32-bit integer.</summary>
    Int32 = miopenDataType_t.miopenInt32,

    /// <summary>8-bit integer.</summary>
    Int8 = miopenDataType_t.miopenInt8,

    /// <summary>16-bit floating point with an 8-bit exponent.</summary>
    BFloat16 = miopenDataType_t.miopenBFloat16,

    /// <summary>64-bit floating point.</summary>
    Double = miopenDataType_t.miopenDouble,

    /// <summary>64-bit integer.</summary>
    Int64 = miopenDataType_t.miopenInt64,
}

/// <summary>What a convolution computes.</summary>
public enum ConvolutionDirection
{
    /// <summary>y from x and w.</summary>
    Forward,

    /// <summary>dx from dy and w.</summary>
    BackwardData,

    /// <summary>dw from dy and x.</summary>
    BackwardWeights,
}

/// <summary>How MIOpen chooses among its solvers when asked to find one.</summary>
public enum FindMode
{
    /// <summary>Runs every solver that applies and measures.</summary>
    Normal = miopenConvolutionFindMode_t.miopenConvolutionFindModeNormal,

    /// <summary>Takes the database's or the heuristic's answer; measures nothing.</summary>
    Fast = miopenConvolutionFindMode_t.miopenConvolutionFindModeFast,

    /// <summary>The database's answer, or else <see cref="Normal"/>.</summary>
    Hybrid = miopenConvolutionFindMode_t.miopenConvolutionFindModeHybrid,

    /// <summary>As <see cref="Hybrid"/>, leaving out solvers that would have to be compiled. MIOpen's default.</summary>
    DynamicHybrid = miopenConvolutionFindMode_t.miopenConvolutionFindModeDynamicHybrid,
}

/// <summary>Kinds of pooling.</summary>
public enum PoolingMode
{
    /// <summary>Maximum; the first of equal ones, and NaN is passed over.</summary>
    Max = miopenPoolingMode_t.miopenPoolingMax,

    /// <summary>Mean over the elements that are inside the image.</summary>
    Average = miopenPoolingMode_t.miopenPoolingAverage,

    /// <summary>Mean over the whole window, with the padding as zeros.</summary>
    AverageInclusive = miopenPoolingMode_t.miopenPoolingAverageInclusive,
}

/// <summary>Element types of the positions that max pooling remembers in its workspace.</summary>
public enum PoolingIndex
{
    /// <summary>8 bits: windows up to 256 elements.</summary>
    UInt8 = miopenIndexType_t.miopenIndexUint8,

    /// <summary>16 bits.</summary>
    UInt16 = miopenIndexType_t.miopenIndexUint16,

    /// <summary>32 bits.</summary>
    UInt32 = miopenIndexType_t.miopenIndexUint32,

    /// <summary>64 bits.</summary>
    UInt64 = miopenIndexType_t.miopenIndexUint64,
}

/// <summary>Over which elements batch normalisation takes its statistics.</summary>
public enum BatchNormMode
{
    /// <summary>Over N, one for each C, H, W.</summary>
    PerActivation = miopenBatchNormMode_t.miopenBNPerActivation,

    /// <summary>Over N, H, W, one for each channel.</summary>
    Spatial = miopenBatchNormMode_t.miopenBNSpatial,
}

/// <summary>Activation functions of x with the parameters alpha, beta, gamma.</summary>
public enum ActivationMode
{
    /// <summary>x.</summary>
    PassThrough = miopenActivationMode_t.miopenActivationPASTHRU,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Logistic = miopenActivationMode_t.miopenActivationLOGISTIC,

    /// <summary>beta · tanh(alpha · x).</summary>
    Tanh = miopenActivationMode_t.miopenActivationTANH,

    /// <summary>max(0, x).</summary>
    Relu = miopenActivationMode_t.miopenActivationRELU,

    /// <summary>log(1 + exp(x)).</summary>
    SoftRelu = miopenActivationMode_t.miopenActivationSOFTRELU,

    /// <summary>|x|.</summary>
    Abs = miopenActivationMode_t.miopenActivationABS,

    /// <summary>(alpha + beta · x)^gamma.</summary>
    Power = miopenActivationMode_t.miopenActivationPOWER,

    /// <summary>min(alpha, max(0, x)).</summary>
    ClippedRelu = miopenActivationMode_t.miopenActivationCLIPPEDRELU,

    /// <summary>alpha · x where x is negative, x elsewhere.</summary>
    LeakyRelu = miopenActivationMode_t.miopenActivationLEAKYRELU,

    /// <summary>alpha · (exp(x) - 1) where x is negative, x elsewhere.</summary>
    Elu = miopenActivationMode_t.miopenActivationELU,
}

/// <summary>Element-wise operations on two tensors.</summary>
public enum TensorOperation
{
    /// <summary>a + b.</summary>
    Add = miopenTensorOp_t.miopenTensorOpAdd,

    /// <summary>a · b.</summary>
    Multiply = miopenTensorOp_t.miopenTensorOpMul,

    /// <summary>The smaller one.</summary>
    Min = miopenTensorOp_t.miopenTensorOpMin,

    /// <summary>The larger one.</summary>
    Max = miopenTensorOp_t.miopenTensorOpMax,
}

/// <summary>Reductions over the axes that the output has only one element of.</summary>
public enum ReduceOperation
{
    /// <summary>Sum.</summary>
    Add = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_ADD,

    /// <summary>Product.</summary>
    Multiply = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_MUL,

    /// <summary>Smallest.</summary>
    Min = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_MIN,

    /// <summary>Largest.</summary>
    Max = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_MAX,

    /// <summary>Largest magnitude.</summary>
    AbsMax = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_AMAX,

    /// <summary>Mean.</summary>
    Average = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_AVG,

    /// <summary>Sum of magnitudes.</summary>
    Norm1 = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_NORM1,

    /// <summary>Root of the sum of squares.</summary>
    Norm2 = miopenReduceTensorOp_t.MIOPEN_REDUCE_TENSOR_NORM2,
}

/// <summary>How softmax is computed.</summary>
public enum SoftmaxAlgorithm
{
    /// <summary>exp(x) / Σ exp(x); overflows early.</summary>
    Fast = miopenSoftmaxAlgorithm_t.MIOPEN_SOFTMAX_FAST,

    /// <summary>With the maximum taken off first.</summary>
    Accurate = miopenSoftmaxAlgorithm_t.MIOPEN_SOFTMAX_ACCURATE,

    /// <summary>The logarithm of softmax.</summary>
    Log = miopenSoftmaxAlgorithm_t.MIOPEN_SOFTMAX_LOG,
}

/// <summary>Over what softmax normalises.</summary>
public enum SoftmaxMode
{
    /// <summary>Over C, H, W of each image.</summary>
    Instance = miopenSoftmaxMode_t.MIOPEN_SOFTMAX_MODE_INSTANCE,

    /// <summary>Over C at each pixel.</summary>
    Channel = miopenSoftmaxMode_t.MIOPEN_SOFTMAX_MODE_CHANNEL,
}
