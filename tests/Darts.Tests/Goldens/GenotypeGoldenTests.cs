using System.Text.Json;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Tests.Goldens;

public sealed class GenotypeGoldenTests
{
    public static TheoryData<string> Files => [.. GoldenFiles.Named("genotypes*.safetensors")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_derives_the_official_genotype_and_prints_its_text(string file)
    {
        var texts = Texts(file);
        using var tensors = SafetensorsFile.Open(file);
        float[] normal = tensors.ReadSingle("weights_normal"), reduce = tensors.ReadSingle("weights_reduce");
        var size = normal.Length / texts.Count;
        Assert.All(texts, (text, i) =>
        {
            ReadOnlySpan<float> n = normal.AsSpan(i * size, size), r = reduce.AsSpan(i * size, size);
            var genotype = GenotypeDerivation.Derive(n, r);
            Assert.Equal(text, genotype.ToString());
            Assert.Equal(genotype, GenotypeDerivation.Derive<double>(Promote(n), Promote(r)));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_is_read_back_and_has_the_official_operations_and_edges(string file)
    {
        using var tensors = SafetensorsFile.Open(file);
        long[] operations = tensors.ReadInt64("reduce_ops"), sources = tensors.ReadInt64("reduce_edges");
        Assert.All(Texts(file), (text, i) =>
        {
            var genotype = Genotype.Parse(text);
            Assert.Equal(text, genotype.ToString());
            var edges = genotype.Reduce.Edges.Select(item => item.Edge).ToList();
            Assert.Equal(operations.Skip(i * edges.Count).Take(edges.Count),
                edges.Select(edge => (long)Primitives.IndexOf(edge.Operation)));
            Assert.Equal(sources.Skip(i * edges.Count).Take(edges.Count), edges.Select(edge => (long)edge.Source));
        });
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void The_search_space_is_the_official_one_in_its_order(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
        var official = json.RootElement.GetProperty("primitives").EnumerateArray().Select(name => name.GetString());
        Assert.Equal(official, Primitives.SearchSpace.Select(primitive => primitive.Name));
    }

    private static List<string> Texts(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.ChangeExtension(file, ".json")));
        var texts = json.RootElement.GetProperty("cases").EnumerateArray().Select(text => text.GetString()!).ToList();
        Assert.NotEmpty(texts);
        return texts;
    }

    private static double[] Promote(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
