using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Layers.Backends.Cpu.Memory;

internal static unsafe class TensorData
{
    /// <summary>The first element.</summary>
    public static float* Data(this Tensor<float> tensor) => (float*)tensor.Address;
}
