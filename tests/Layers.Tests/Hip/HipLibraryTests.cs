using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Tests.Backends;
using MIOpenDarts.Tests.Hip;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>What MIOpen does at the edges of its operations, on which the backend relies or which a user may meet.</summary>
[Trait("Category", "gpu")]
public class HipLibraryTests
{
    private static readonly Shape Images = new(2, 3, 5, 4);
    private static readonly Window2D Three = Window2D.Square(3, 1, 1);

    // Memory of an arena holds whatever was there before: zero times that must not come into a result.
    [Fact]
    public void What_is_overwritten_may_hold_NaN()
    {
        using var rig = New();
        var (b, x, taps) = (rig.Backend, rig.Images(Images), rig.Taps(Images));
        var (factor, norm) = (rig.Parameter(Shape.Vector(4)), rig.Norm(3, affine: true));
        Finite(Images, dst => b.ReluForward(x, dst));
        Finite(Images, dst => b.ReluBackward(x, x, dst, accumulate: false));
        Finite(Images, dst => b.ScaleForward(x, factor, 2, dst, accumulate: false));
        Finite(Images, dst => b.Multiply(x, x, dst, accumulate: false));
        Finite(Images, dst => b.MaxPoolForward(x, dst, taps, Three));
        Finite(Images, dst => b.MaxPoolBackward(x, taps, dst, Three, accumulate: false));
        Finite(Images, dst => b.AveragePoolForward(x, dst, Three));
        Finite(Images, dst => b.AveragePoolBackward(x, dst, Three, accumulate: false));
        Finite(new Shape(2, 3, 1, 1), dst => b.GlobalAverageForward(x, dst));
        Finite(Images, dst => b.BatchNormForward(x, norm, dst, training: true));
        Finite(Images, dst => b.BatchNormForward(x, norm, dst, training: false));
        Finite(Images, dst => b.NormalizationBackward(x, norm, x, dst, accumulate: false, weightGradients: false));

        void Finite(Shape shape, Action<Tensor<float>> compute)
        {
            var dst = rig.Images(shape);
            b.Fill(dst, float.NaN);
            compute(dst);
            Assert.DoesNotContain(Values(b, dst), float.IsNaN);
        }
    }

    [Fact]
    public void A_ReLU_passes_NaN_on_and_a_maximum_passes_over_it()
    {
        using var rig = New();
        var (b, x, dst) = (rig.Backend, rig.Images(Images), rig.Images(Images));
        var values = Values(b, x);
        values[0] = float.NaN;
        b.WriteImages(values, x);
        b.ReluForward(x, dst);
        Assert.True(float.IsNaN(Values(b, dst)[0]));
        b.MaxPoolForward(x, dst, rig.Taps(Images), Three);
        Assert.Equal(Math.Max(values[1], Math.Max(values[4], values[5])), Values(b, dst)[0]);
    }

    [Fact]
    public void A_batch_norm_of_one_value_is_finite()
    {
        using var rig = New();
        var (b, x, norm) = (rig.Backend, rig.Images(Shape.Vector(3)), rig.Norm(3, affine: false));
        b.BatchNormForward(x, norm, x, training: true);
        Assert.All(Values(b, x), y => Assert.Equal(0, y, 1e-6));
        Assert.All(Values(b, norm.RunningVariance), v => Assert.True(float.IsFinite(v)));
    }

    [Fact]
    public void A_pool_with_dilation_is_refused()
    {
        using var rig = New();
        var x = rig.Images(Images);
        var error = Assert.Throws<NotSupportedException>(() => rig.Backend.AveragePoolForward(x, x, Window2D.Square(3, 1, 2, 2)));
        Assert.Contains("dilation 2", error.Message);
    }

    private static Rig<float> New() => new(Gpu.Create(), OperationCase.Typical(4));

    private static float[] Values(Backend<float> backend, Tensor<float> tensor)
    {
        var values = new float[tensor.Shape.Count];
        backend.ReadImages(tensor, values);
        return values;
    }
}
