using System.Text.Json;
using MIOpenDarts.Darts.Evaluation;
using MIOpenDarts.Darts.Evaluation.Baselines;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Backends.Reference;

namespace MIOpenDarts.Darts.Tests.Evaluation;

/// <summary>Parameters and multiply-adds of published networks.</summary>
public class NetworkSizeTests
{
    private static readonly ImageTask Cifar = new(3, 32, 32, 10);
    private static readonly ImageTask ImageNet = new(3, 224, 224, 1000);

    [Fact]
    public void Networks_of_the_official_code_have_exactly_its_parameters_and_tensors()
    {
        using var facts = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "goldens", "facts.json")));
        var checkedNetworks = 0;
        foreach (var fact in facts.RootElement.GetProperty("parameter_counts").EnumerateObject())
        {
            var parts = fact.Name.Split('.');
            if (parts[0] == "search") continue;
            var (task, stem) = parts[0] == "cifar" ? (Cifar, StemForm.Cifar) : (ImageNet, StemForm.ImageNet);
            using var net = Net(parts[1], new EvaluationShape(task, int.Parse(parts[2][1..]), int.Parse(parts[3][1..]), parts[4] == "aux", stem));
            Assert.Equal(fact.Value.GetProperty("all").GetInt64(), net.Parameters.Count);
            Assert.Equal(fact.Value.GetProperty("without_auxiliary").GetInt64(), net.ParameterCount);
            Assert.Equal(fact.Value.GetProperty("tensors").GetInt32(), net.Parameters.Parameters.Count());
            checkedNetworks++;
        }

        Assert.Equal(8, checkedNetworks);
    }

    [Theory]
    [InlineData("DARTS_V1", 3_169_414, 501.0)]
    [InlineData("DARTS_V2", 3_349_342, 528.4)]
    [InlineData("PC_DARTS_cifar", 3_634_678, 556.7)]
    [InlineData("PC_DARTS_image", 3_721_510, 570.5)]
    [InlineData("PDARTS", 3_433_798, 532.2)]
    [InlineData("DrNAS_cifar10", 4_099_294, 635.1)]
    [InlineData("DrNAS_imagenet", 4_048_750, 617.9)]
    [InlineData("GDAS_V1", 3_368_782, 519.4)]
    [InlineData("SNAS", 2_661_382, 422.2)]
    [InlineData("AmoebaNet", 3_145_078, 488.9)]
    [InlineData("FairDARTS_a", 2_360_782, 371.5)]
    [InlineData("FairDARTS_b", 3_407_878, 536.5)]
    [InlineData("FairDARTS_c", 2_598_814, 400.0)]
    [InlineData("FairDARTS_d", 3_365_542, 532.5)]
    [InlineData("FairDARTS_e", 2_643_742, 414.7)]
    [InlineData("FairDARTS_f", 3_151_054, 497.6)]
    [InlineData("FairDARTS_g", 2_899_054, 453.4)]
    public void A_published_genotype_has_its_size_on_CIFAR(string name, long parameters, double millions)
    {
        using var net = Net(name, new EvaluationShape(Cifar, 36, 20, Auxiliary: true));
        Assert.Equal(parameters, net.ParameterCount);
        Assert.Equal(millions, Math.Round(net.Trace().MultiplyAdds / 1e6, 1));
    }

    [Theory]
    [InlineData("DARTS_V1", 4.510, 505.9)]
    [InlineData("DARTS_V2", 4.719, 529.9)]
    [InlineData("PC_DARTS_cifar", 5.271, 571.1)]
    [InlineData("PC_DARTS_image", 5.343, 581.6)]
    [InlineData("PDARTS", 4.944, 542.8)]
    [InlineData("DrNAS_cifar10", 5.739, 633.8)]
    [InlineData("DrNAS_imagenet", 5.726, 624.4)]
    [InlineData("GDAS_V1", 4.969, 537.6)]
    [InlineData("SNAS", 3.939, 438.0)]
    [InlineData("AmoebaNet", 4.627, 526.7)]
    public void A_published_genotype_has_its_size_on_ImageNet(string name, double parameters, double millions)
    {
        using var net = Net(name, new EvaluationShape(ImageNet, 48, 14, Auxiliary: false, StemForm.ImageNet));
        // DARTS_V1 and V2 equal the official code exactly (above); the printed figures were rounded from counts that may differ by one vector.
        Assert.True(Math.Abs(parameters - net.ParameterCount / 1e6) <= 0.00055, $"{net.ParameterCount}");
        Assert.Equal(millions, Math.Round(net.Trace().MultiplyAdds / 1e6, 1));
    }

    [Fact]
    public void The_baselines_have_their_sizes()
    {
        using var backend = new ReferenceBackend<float>();
        using var resnet = new ResNet20<float>(backend, Cifar);
        using var mobile = new MobileNetV2<float>(backend, Cifar);
        Assert.Equal((269_722, 2_296_922), (resnet.ParameterCount, mobile.ParameterCount));
        Assert.Equal((40.55, 91.15), (Math.Round(resnet.Trace().MultiplyAdds / 1e6, 2), Math.Round(mobile.Trace().MultiplyAdds / 1e6, 2)));
    }

    private static EvaluationNetwork<float> Net(string name, EvaluationShape shape) => new(new ReferenceBackend<float>(), shape, NamedGenotypes.Get(name));
}
