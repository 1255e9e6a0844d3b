using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Modules;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public class PrimitiveTests
{
    /// <summary>The library's own: other tests may or may not have added theirs by now.</summary>
    public static TheoryData<string, int> Cases() =>
        [.. Primitives.All.Where(primitive => primitive.GetType().Assembly == typeof(Primitive).Assembly)
            .SelectMany(primitive => new[] { (primitive.Name, 1), (primitive.Name, 2) })];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_primitive_keeps_the_channels_and_divides_the_image_by_its_stride(string name, int stride)
    {
        using var backend = new ReferenceBackend<float>();
        using var parameters = new ParameterSet<float>();
        var module = Named(name).Build(Search(parameters, stride));
        parameters.Commit(backend);
        using var plan = new MemoryPlan<float>(backend, 2);
        var source = plan.ActivationWithDiff("src", 4, 9, 6);
        var expected = new Shape(2, 4, (9 + stride - 1) / stride, 6 / stride);
        Assert.Equal(expected, module.Plan(plan, source).Capacity);
        Assert.Equal(expected with { N = 1 }, InferenceGraph<float>.From(module, source.Capacity).Output.Shape);
    }

    [Theory]
    [InlineData("sep_conv_3x3", 2 * (9 * 4 + 16))]
    [InlineData("sep_conv_5x5", 2 * (25 * 4 + 16))]
    [InlineData("sep_conv_7x7", 2 * (49 * 4 + 16))]
    [InlineData("dil_conv_3x3", 9 * 4 + 16)]
    [InlineData("dil_conv_5x5", 25 * 4 + 16)]
    [InlineData("conv_7x1_1x7", 2 * 7 * 16)]
    [InlineData("max_pool_3x3", 0)]
    [InlineData("none", 0)]
    public void Parameters_are_the_filters_and_with_affine_two_numbers_a_channel_and_norm(string name, int filters)
    {
        using var plain = new ParameterSet<float>();
        Named(name).Build(Search(plain, 1));
        Assert.Equal(filters, plain.Count);
        using var affine = new ParameterSet<float>();
        Named(name).Build(Search(affine, 1) with { Affine = true, PoolNorm = false });
        Assert.Equal(filters + affine.Counters.Count * 8, affine.Count);
    }

    [Fact]
    public void Names_of_tensors_are_the_official_ones()
    {
        using var parameters = new ParameterSet<float>();
        Primitives.SepConv5x5.Build(Search(parameters, 1) with { Prefix = "cells.0._ops.3._ops.5." });
        Assert.Equal(
            [.. new[] { 1, 2, 5, 6 }.Select(i => $"cells.0._ops.3._ops.5.op.{i}.weight")], parameters.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void A_stride_other_than_one_and_two_is_refused()
    {
        using var parameters = new ParameterSet<float>();
        Assert.Throws<ArgumentOutOfRangeException>(() => Primitives.None.Build(Search(parameters, 3)));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        Assert.Contains("'none'", Assert.Throws<ArgumentException>(() => Primitives.Add(Primitives.None)).Message);
        Assert.Equal(Primitives.Names.Distinct(), Primitives.Names);
    }

    [Fact]
    public void A_skip_is_the_identity_at_stride_one_and_a_factorized_reduction_at_stride_two()
    {
        using var parameters = new ParameterSet<float>();
        Assert.IsType<Identity<float>>(Primitives.SkipConnect.Build(Search(parameters, 1)));
        Assert.IsType<FactorizedReduce<float>>(Primitives.SkipConnect.Build(Search(parameters, 2)));
    }

    private static Primitive Named(string name) =>
        Primitives.TryParse(name, out var primitive) ? primitive : throw new ArgumentException(name);

    private static OperationSite<float> Search(ParameterSet<float> parameters, int stride) =>
        new(parameters, "", 4, stride, Affine: false, PoolNorm: true);
}
