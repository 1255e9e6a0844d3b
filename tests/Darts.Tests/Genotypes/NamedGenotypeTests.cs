using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public sealed class NamedGenotypeTests
{
    public static TheoryData<string> Names => [.. NamedGenotypes.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_published_genotype_survives_text_and_json(string name)
    {
        var genotype = NamedGenotypes.Get(name);
        Assert.Equal(genotype, Genotype.Parse(genotype.ToString()));
        Assert.Equal(genotype, Genotype.Parse(GenotypeJsonConverter.Format(genotype)));
    }

    [Fact]
    public void Darts_V2_prints_as_the_official_module_prints_it() => Assert.Equal(
        "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 0), ('sep_conv_3x3', 1), ('sep_conv_3x3', 1), "
        + "('skip_connect', 0), ('skip_connect', 0), ('dil_conv_3x3', 2)], normal_concat=[2, 3, 4, 5], reduce=[('max_pool_3x3', 0), "
        + "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1), ('max_pool_3x3', 0), ('skip_connect', 2), ('skip_connect', 2), "
        + "('max_pool_3x3', 1)], reduce_concat=[2, 3, 4, 5])",
        NamedGenotypes.Get("darts-v2").ToString());

    [Theory]
    [InlineData("pcdarts_CIFAR", "PC_DARTS_cifar")]
    [InlineData("pc-darts-image", "PC_DARTS_image")]
    [InlineData("P_DARTS", "PDARTS")]
    [InlineData("enasnet", "ENAS")]
    [InlineData("darts", "DARTS_V2")]
    public void Case_and_dashes_do_not_matter(string typed, string name) =>
        Assert.Same(NamedGenotypes.Get(name), NamedGenotypes.Get(typed));

    [Fact]
    public void FairDARTS_a_has_nodes_without_edges() =>
        Assert.Equal([2, 0, 1, 1], NamedGenotypes.Get("FairDARTS_a").Normal.Nodes.Select(node => node.Count));

    [Fact]
    public void AmoebaNet_has_five_nodes_its_own_outputs_and_operations()
    {
        var reduce = NamedGenotypes.Get("AmoebaNet").Reduce;
        Assert.Equal(5, reduce.Nodes.Count);
        Assert.Equal([3, 4, 6], reduce.Concat);
        Assert.Contains(reduce.Edges, item => item.Edge.Operation == Primitives.Conv7x1_1x7);
    }

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        var error = Assert.Throws<GenotypeFormatException>(() => GenotypeReader.Resolve("DARTS_V3"));
        Assert.Contains("found the name 'DARTS_V3', expected one of DARTS_V1, DARTS_V2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_may_type_a_name_a_file_or_the_text()
    {
        var path = Path.GetTempFileName();
        try
        {
            var genotype = NamedGenotypes.Get("SNAS");
            File.WriteAllText(path, genotype.ToString());
            Assert.Equal(genotype, GenotypeReader.Resolve("snas"));
            Assert.Equal(genotype, GenotypeReader.Resolve(path));
            Assert.Equal(genotype, GenotypeReader.Resolve(genotype.ToString()));

            File.WriteAllText(path, "Genotype(");
            Assert.StartsWith(path, Assert.Throws<GenotypeFormatException>(() => GenotypeReader.Resolve(path)).Message,
                StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
