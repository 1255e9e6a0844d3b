using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Reference;
using MIOpenDarts.Layers.Tensors;
using MIOpenDarts.Layers.Weights;

namespace MIOpenDarts.Darts.Tests.Evaluation;

/// <summary>Tensors have the names that the modules of the official <c>operations.py</c> and <c>model.py</c> give them.</summary>
public sealed class OfficialNamesTests
{
    private static readonly string[] Norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];

    [Theory]
    [InlineData("none", 1, "")]
    [InlineData("none", 2, "")]
    [InlineData("max_pool_3x3", 2, "")]
    [InlineData("avg_pool_3x3", 1, "")]
    [InlineData("skip_connect", 1, "")]
    [InlineData("skip_connect", 2, "conv_1 conv_2 bn*")]
    [InlineData("sep_conv_3x3", 1, "op.1 op.2 op.3* op.5 op.6 op.7*")]
    [InlineData("sep_conv_5x5", 2, "op.1 op.2 op.3* op.5 op.6 op.7*")]
    [InlineData("sep_conv_7x7", 1, "op.1 op.2 op.3* op.5 op.6 op.7*")]
    [InlineData("dil_conv_3x3", 1, "op.1 op.2 op.3*")]
    [InlineData("dil_conv_5x5", 2, "op.1 op.2 op.3*")]
    [InlineData("conv_7x1_1x7", 1, "1 2 3*")]
    [InlineData("conv_7x1_1x7", 2, "1 2 3*")]
    public void A_primitive_has_the_official_names(string name, int stride, string modules)
    {
        var parameters = new ParameterSet<float>();
        Assert.True(Primitives.TryParse(name, out var primitive));
        primitive.Build(new OperationSite<float>(parameters, "x.", 4, stride, Affine: true, PoolNorm: false));
        var expected = modules.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(module => module.EndsWith('*') ? Norm.Select(name => $"x.{module[..^1]}.{name}") : [$"x.{module}.weight"]);
        var actual = parameters.Parameters.Concat(parameters.Statistics).Select(tensor => tensor.Name)
            .Concat(parameters.Counters.Select(counter => counter.Name));
        Assert.Equal(expected.Order(), actual.Order());
    }

    [Fact]
    public void A_file_with_the_earlier_names_of_conv_7x1_1x7_is_read_too()
    {
        var path = Path.GetTempFileName();
        try
        {
            using var backend = new ReferenceBackend<float>();
            var description = new NetworkDescription
            { Network = "AmoebaNet", Task = new ImageTask(3, 8, 8, 2), InitChannels = 2, Layers = 3 };
            using var net = description.Build(backend);
            net.Parameters.Initialize(1);
            description.Save(path, net);
            var earlier = new SafetensorsWriter();
            var renamed = 0;
            using (var file = SafetensorsFile.Open(path))
            {
                Assert.DoesNotContain(file.Names, name => net.Parameters.FormerName(name) is { } former && file.Contains(former));
                foreach (var name in file.Names)
                {
                    var written = net.Parameters.FormerName(name) ?? name;
                    renamed += written == name ? 0 : 1;
                    if (file[name].Type == SafetensorsType.I64) earlier.Add<long>(written, [.. file[name].Shape], file.ReadInt64(name));
                    else earlier.Add<float>(written, [.. file[name].Shape], file.ReadSingle(name));
                }
            }

            // Two convolutions and a batch norm with its counter, in each of two reduction cells.
            Assert.Equal(2 * (2 + 5), renamed);
            using (var stream = File.Create(path)) earlier.WriteTo(stream);
            var (_, read, notes) = description.Import(path, backend);
            Assert.Empty(notes);
            foreach (var (before, after) in net.Parameters.Parameters.Zip(read.Parameters.Parameters))
                Assert.Equal(Values(before), Values(after));
            using (var file = SafetensorsFile.Open(path)) StateDict.Load(read.Parameters, backend, file);
            read.Dispose();

            float[] Values(Tensor<float> tensor)
            {
                var values = new float[tensor.Capacity.Count];
                backend.Download<float>(tensor, values);
                return values;
            }
        }
        finally
        {
            File.Delete(path);
        }
    }
}
