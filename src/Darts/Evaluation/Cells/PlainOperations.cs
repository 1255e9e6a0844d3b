using System.Numerics;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Evaluation.Cells;

/// <summary>The identity: a skip connection at stride 1.</summary>
internal sealed class IdentityOperation<T>(Backend<T> backend, Tensor<T> src) : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass, Tensor<T> dst) => backend.Copy(src, dst);

    public override void Backward(in Pass pass, Tensor<T> diffDst) => backend.Add(diffDst, src.Diff!);
}

/// <summary>The primitive <c>none</c>.</summary>
internal sealed class ZeroOperation<T>(Backend<T> backend) : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass, Tensor<T> dst) => backend.Fill(dst, T.Zero);

    public override void Backward(in Pass pass, Tensor<T> diffDst)
    {
    }
}

/// <summary>A bare max pool.</summary>
internal sealed class MaxPoolOperation<T>(Backend<T> backend, Tensor<T> src, Tensor<byte> indices, Window2D window) : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass, Tensor<T> dst) => backend.MaxPoolForward(src, dst, indices, window);

    public override void Backward(in Pass pass, Tensor<T> diffDst) =>
        backend.MaxPoolBackward(diffDst, indices, src.Diff!, window, accumulate: true);
}

/// <summary>A bare average pool.</summary>
internal sealed class AveragePoolOperation<T>(Backend<T> backend, Tensor<T> src, Window2D window) : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass, Tensor<T> dst) => backend.AveragePoolForward(src, dst, window);

    public override void Backward(in Pass pass, Tensor<T> diffDst) =>
        backend.AveragePoolBackward(diffDst, src.Diff!, window, accumulate: true);
}

/// <summary>Any other module, with everything it keeps.</summary>
internal sealed class ModuleOperation<T>(Backend<T> backend, Module<T> module) : CellOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public override void Forward(in Pass pass, Tensor<T> dst)
    {
        module.Forward(pass);
        backend.Copy(module.Dst, dst);
    }

    public override void Backward(in Pass pass, Tensor<T> diffDst)
    {
        backend.Copy(diffDst, module.Dst.Diff!);
        module.Backward(pass, accumulate: true);
    }
}
