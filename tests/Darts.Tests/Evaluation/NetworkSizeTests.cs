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
            using var net = Net(parts[1],
                new EvaluationShape(task, int.Parse(parts[2][1..]), int.Parse(parts[3][1..]), parts[4] == "aux", stem));
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

    // All are what the official NetworkImageNet has, counted with hooks on its convolutions and its classifier. The printed figures that
    // these are compared with elsewhere are 5.343 and 5.739 for PC_DARTS_image and DrNAS_cifar10: 48 parameters more in every row fit all
    // ten of them, as if the first norm of the stem had 48 channels and not 24. For AmoebaNet they are 450.9 (on CIFAR 433.2), which is
    // without conv_7x1_1x7; see below.
    [Theory]
    [InlineData("DARTS_V1", 4_510_432, 505_864_704)]
    [InlineData("DARTS_V2", 4_718_752, 529_911_552)]
    [InlineData("PC_DARTS_cifar", 5_270_560, 571_137_408)]
    [InlineData("PC_DARTS_image", 5_342_464, 581_627_328)]
    [InlineData("PDARTS", 4_944_352, 542_819_328)]
    [InlineData("DrNAS_cifar10", 5_738_464, 633_832_320)]
    [InlineData("DrNAS_imagenet", 5_726_368, 624_405_504)]
    [InlineData("GDAS_V1", 4_969_216, 537_597_888)]
    [InlineData("SNAS", 3_939_328, 438_042_432)]
    [InlineData("AmoebaNet", 4_627_360, 526_746_624)]
    public void A_published_genotype_has_its_size_on_ImageNet(string name, long parameters, long multiplyAdds)
    {
        using var net = Net(name, new EvaluationShape(ImageNet, 48, 14, Auxiliary: false, StemForm.ImageNet));
        Assert.Equal((parameters, multiplyAdds), (net.ParameterCount, net.Trace().MultiplyAdds));
    }

    // Two reduction cells have one such operation each: 7 C² for each pixel, whose columns are halved first and then its rows.
    [Theory]
    [InlineData(32, 36, 20, StemForm.Cifar, 433.2)]
    [InlineData(224, 48, 14, StemForm.ImageNet, 450.9)]
    public void Without_conv_7x1_1x7_AmoebaNet_has_the_arithmetic_that_is_printed_for_it(int size, int channels, int layers, StemForm stem,
        double millions)
    {
        using var net = Net("AmoebaNet",
            new EvaluationShape(new ImageTask(3, size, size, size == 32 ? 10 : 1000), channels, layers, Auxiliary: false, stem));
        long without = net.Trace().MultiplyAdds;
        var side = stem == StemForm.Cifar ? size : size / 8;
        for (var (c, s) = (2 * channels, side); c <= 4 * channels; (c, s) = (2 * c, s / 2))
            without -= 7L * c * c * (s * (s / 2) + s / 2 * (s / 2));
        Assert.Equal(millions, Math.Round(without / 1e6, 1));
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

    private static EvaluationNetwork<float> Net(string name, EvaluationShape shape) =>
        new(new ReferenceBackend<float>(), shape, NamedGenotypes.Get(name));
}
