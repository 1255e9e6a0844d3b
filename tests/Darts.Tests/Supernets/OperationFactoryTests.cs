using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Supernets;

public class OperationFactoryTests
{
    public static TheoryData<Primitive, int> Cases() =>
        [.. Primitives.SearchSpace.SelectMany(p => new[] { (p, 1), (p, 2) })];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_primitive_keeps_the_channels_and_divides_the_image_by_its_stride(Primitive primitive, int stride)
    {
        using var backend = new ReferenceBackend<float>();
        using var parameters = new ParameterSet<float>();
        var module = OperationFactory.Create(parameters, primitive, "", 4, stride, affine: false, poolNorm: true);
        parameters.Commit(backend);
        using var plan = new MemoryPlan<float>(backend, 2);
        var dst = module.Plan(plan, plan.ActivationWithDiff("src", 4, 9, 6));
        Assert.Equal(new Shape(2, 4, (9 + stride - 1) / stride, 6 / stride), dst.Capacity);
    }

    [Theory]
    [InlineData(Primitive.SepConv3x3, 2 * (9 * 4 + 16))]
    [InlineData(Primitive.SepConv5x5, 2 * (25 * 4 + 16))]
    [InlineData(Primitive.DilConv3x3, 9 * 4 + 16)]
    [InlineData(Primitive.DilConv5x5, 25 * 4 + 16)]
    [InlineData(Primitive.MaxPool3x3, 0)]
    [InlineData(Primitive.None, 0)]
    public void Parameters_are_the_filters_and_with_affine_two_numbers_a_channel_and_norm(Primitive primitive, int filters)
    {
        using var plain = new ParameterSet<float>();
        OperationFactory.Create(plain, primitive, "", 4, 1, affine: false, poolNorm: true);
        Assert.Equal(filters, plain.Count);
        using var affine = new ParameterSet<float>();
        OperationFactory.Create(affine, primitive, "", 4, 1, affine: true, poolNorm: false);
        Assert.Equal(filters + affine.Counters.Count * 8, affine.Count);
    }

    [Fact]
    public void Names_are_the_official_ones()
    {
        using var parameters = new ParameterSet<float>();
        OperationFactory.Create(parameters, Primitive.SepConv5x5, "cells.0._ops.3._ops.5.", 4, 1, affine: false, poolNorm: true);
        Assert.Equal(
            [.. new[] { 1, 2, 5, 6 }.Select(i => $"cells.0._ops.3._ops.5.op.{i}.weight")], parameters.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void A_stride_or_a_primitive_outside_the_space_is_refused()
    {
        using var parameters = new ParameterSet<float>();
        Assert.Throws<ArgumentOutOfRangeException>(() => OperationFactory.Create(parameters, Primitive.None, "", 4, 3, false, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => OperationFactory.Create(parameters, (Primitive)99, "", 4, 1, false, true));
    }

    [Fact]
    public void A_skip_is_the_identity_at_stride_one_and_a_factorized_reduction_at_stride_two()
    {
        using var parameters = new ParameterSet<float>();
        Assert.IsType<Identity<float>>(OperationFactory.Create(parameters, Primitive.SkipConnect, "", 4, 1, false, true));
        Assert.IsType<FactorizedReduce<float>>(OperationFactory.Create(parameters, Primitive.SkipConnect, "", 4, 2, false, true));
    }
}
