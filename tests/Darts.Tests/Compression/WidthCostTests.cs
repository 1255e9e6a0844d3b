using MIOpenDarts.Darts.Compression;
using MIOpenDarts.Darts.Compression.Pruning;
using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Layers.Backends.Cpu;

namespace MIOpenDarts.Darts.Tests.Compression;

/// <summary>
/// What a network costs at other widths: exactly what it costs when it is built with them, and by a table what the table says.
/// </summary>
public sealed class WidthCostTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("DARTS_V1")]
    [InlineData("DARTS_V2")]
    [InlineData("PC_DARTS_cifar")]
    [InlineData("PDARTS")]
    public void A_whole_network_costs_the_sum_of_the_table(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 16);
        var cost = CostName.Open(Table(name, 16));
        Assert.Equal(ITargetNetwork.CostOf(host.Origin, cost)!.Value, Cost(name, host, 16).Whole, 1e-9);
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("PC_DARTS_cifar")]
    public void At_widths_that_the_table_knows_it_costs_what_such_a_network_does_and_in_between_something_between(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 16);
        var cost = Cost(name, host, 8, 12, 16);
        var before = double.PositiveInfinity;
        foreach (var channels in new[] { 16, 14, 12, 10, 8 })
        {
            var last = cost.Channels.Count - 1;
            int[] widths = [.. cost.Channels.Select((width, value) => value == 0 || value == last ? width : width * channels / 16)];
            var now = cost.Of(widths);
            Assert.True(now < before, $"{now} after {before}");
            before = now;
            if (channels is 14 or 10) continue;
            var built = TestNetwork.Describe(name, channels);
            Assert.Equal(ITargetNetwork.CostOf(built, CostName.Open(Table(name, channels)))!.Value, now, 1e-9);
        }
    }

    [Theory]
    [InlineData(0.7, 1)]
    [InlineData(0.7, 3)]
    public void Pruning_meets_a_target_of_latency_in_one_step_or_several(double share, int steps)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend, channels: 16);
        var target = CompressionTarget.Parse(FormattableString.Invariant($"{Table("DARTS_V2", 16)}={share}"));
        var (whole, small) = (WidthCost.For(target, host).Whole, host);
        for (var step = 1; step <= steps; step++)
            (small, _) = new ChannelPruning(small, ImportanceRule.BatchNormScale, 8, TestNetwork.Sample(host), backend)
                .To(target, Math.Pow(share, (double)step / steps) * whole);
        Assert.InRange(WidthCost.For(target, small).Whole, 0, share * whole);
        Assert.True(small.Size.MultiplyAdds < host.Size.MultiplyAdds);
    }

    [Fact]
    public void Pruning_gets_past_a_width_that_costs_more_than_a_larger_one()
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host("DARTS_V2", backend, channels: 16);
        // As measured on processors, for whose vectors 12 channels are no multiple.
        var table = Write("bumpy", [8, 12, 16], "DARTS_V2", (width, cost) => width == 12 ? 2 * cost : cost);
        var target = CompressionTarget.Parse($"{table}=0.8");
        var (small, _) = new ChannelPruning(host, ImportanceRule.BatchNormScale, 4, TestNetwork.Sample(host), backend).To(target);
        Assert.InRange(WidthCost.For(target, small).Whole, 0, WidthCost.For(target, host).Whole);
        Assert.True(small.Size.MultiplyAdds < host.Size.MultiplyAdds);
    }

    [Fact]
    public void A_table_is_known_again_by_its_hash_and_found_from_any_folder()
    {
        var table = Table("DARTS_V2", 16);
        var target = CompressionTarget.Parse($"{table}=0.5");
        var (hash, file) = (target.TableHash, table["latency:".Length..]);
        Assert.Equal(hash, target.Lasting.TableHash);
        Assert.Equal($"latency:{Path.GetFullPath(file)}=0.5", target.Lasting.ToString());
        File.AppendAllText(file, " ");
        Assert.NotEqual(hash, target.TableHash);
        Assert.Null(CompressionTarget.Parse("macs=0.5").TableHash);
    }

    [Theory]
    [InlineData("DARTS_V2")]
    [InlineData("resnet20")]
    [InlineData("mobilenetv2")]
    [InlineData(TestNetwork.Cell)]
    public void Counted_costs_are_those_of_the_built_network(string name)
    {
        using var backend = CpuBackend.Create(2);
        var host = TestNetwork.Host(name, backend, channels: 8);
        foreach (var target in new[] { new CompressionTarget(false, 0.5), new CompressionTarget(true, 0.5) })
            Assert.Equal((double)target.Of(host.Size), WidthCost.For(target, host).Whole);
    }

    [Fact]
    public void A_part_is_read_from_its_key_and_nothing_else_is_one()
    {
        var network = TargetNetwork.From(TestNetwork.Describe("PC_DARTS_cifar", 16))!;
        foreach (var part in network.Parts(GenotypeReader.Resolve("PC_DARTS_cifar")))
            Assert.Equal(part, NetworkPart.FromKey(part.Key));
        string[] others =
            ["", "sum", "sum 4-4 8x8", "sum 4-4 8x8 1", "sum 4 8x8 s1", "sum 0-4 8x8 s1", "sum 4-4 8x-8 s1", "sum 4-4 8x8 s1 s1"];
        Assert.All(others, text => Assert.Null(NetworkPart.FromKey(text)));
    }

    [Fact]
    public void What_a_table_cannot_say_is_refused_in_words()
    {
        using var backend = CpuBackend.Create(2);
        var table = Table("DARTS_V2", 16);
        var target = CompressionTarget.Parse($"{table}=0.5");
        var baseline = TestNetwork.Host("resnet20", backend);
        Assert.Contains("networks of cells", Assert.Throws<OptionsException>(() => WidthCost.For(target, baseline)).Message);
        var other = TestNetwork.Host("PDARTS", backend, channels: 16);
        Assert.Contains("has no cost of", Assert.Throws<InvalidDataException>(() => WidthCost.For(target, other)).Message);
        foreach (var text in new[] { "latency:=0.5", "latency:x", "latency:x=1.5", "energy:x=0.5", "macs", "=0.5" })
            Assert.Contains("allowed is macs=X", Assert.Throws<OptionsException>(() => CompressionTarget.Parse(text)).Message);
        Assert.Equal("latency:a=b.json=0.5", CompressionTarget.Parse("latency:a=b.json=0.5").ToString());
    }

    private WidthCost Cost(string name, HostNetwork host, params int[] channels) =>
        WidthCost.For(CompressionTarget.Parse($"{Table(name, channels)}=0.5"), host);

    // A table in which wider parts cost more, though not in proportion.
    private string Table(string name, params int[] channels) =>
        Write($"{name}-{string.Join('-', channels)}", channels, name, (_, cost) => cost);

    private string Write(string title, int[] channels, string name, Func<int, double, double> measured)
    {
        var file = Path.Combine(folder, $"{title}.json");
        var parts = channels.SelectMany(width =>
            TargetNetwork.From(TestNetwork.Describe(name, width))!.Parts(GenotypeReader.Resolve(name))
                .Select(part => (Width: width, Part: part)));
        new CostTable
        {
            Name = "made-up",
            Kind = "latency",
            Unit = "ms",
            Batch = 1,
            Mode = "inference",
            Source = "measured",
            Device = new TableDevice("none", "none", 1, "none"),
            Entries = parts.DistinctBy(of => of.Part.Key).ToDictionary(
                of => of.Part.Key,
                of => new CostEntry(
                    of.Part.IsIdentity
                        ? 0
                        : measured(of.Width, 0.5 + Math.Sqrt(of.Part.Inputs * of.Part.Outputs) * of.Part.Height / 100.0), 0, 1)),
        }.Write(file);
        return $"latency:{file}";
    }
}
