using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.LowRank;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Compression.Quantisation;
using MIOpenDarts.Darts.Export;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>What a trained network becomes depends on its images and on nothing else.</summary>
public sealed class SameBitsTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("prune")]
    [InlineData("decompose")]
    [InlineData("quantize")]
    public void A_smaller_network_has_the_same_bits_for_any_number_of_threads(string command)
    {
        using var drawing = CpuBackend.Create(1);
        var host = TestNetwork.Host("DARTS_V2", drawing, channels: 16);
        Assert.Equal(Bytes(1), Bytes(3));

        (string Weights, string Model) Bytes(int threads)
        {
            using var backend = CpuBackend.Create(threads);
            var small = Smaller(command, host, backend);
            small.Save(file);
            var model = command == "quantize" ? QuantisedOnnx.Bytes(IntegerNetwork.From(small), small.Description) : [];
            return (Convert.ToHexString(File.ReadAllBytes(file)), Convert.ToHexString(model));
        }
    }

    private static HostNetwork Smaller(string command, HostNetwork host, Backend<float> backend)
    {
        var (images, target) = (TestNetwork.Sample(host), CompressionTarget.Parse("macs=0.7"));
        return command switch
        {
            "prune" => new ChannelPruning(host, ImportanceRule.Taylor, 8, images, backend).To(target).Network,
            "decompose" => new Decomposition(host, images, backend).To(target).Network,
            _ => NetworkQuantiser.Apply(host, new QuantisationChoice(RangeRule.Mse), images, backend).Network,
        };
    }
}
