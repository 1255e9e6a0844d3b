using System.Text.Json;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

public sealed class GenotypeFileFormatTests
{
    private const string Mmrazor = """
        normal_n2:
          chosen:
          - normal_n2_p1
          - normal_n2_p0
        normal_n2_p0:
          chosen:
          - sep_conv_3x3
        normal_n2_p1: {chosen: skip_connect}
        reduce_n2:
          chosen: [reduce_n2_p0]
        reduce_n2_p0:
          chosen: [max_pool_3x3]
        """;

    private const string Archai = """
        !!python/object:archai.nas.model_desc.ModelDesc
        _cell_descs:
        - &id1 !!python/object:archai.nas.model_desc.CellDesc
          cell_type: &kind !!python/object/apply:archai.nas.model_desc.CellType
          - regular
          _nodes:
          - !!python/object:archai.nas.model_desc.NodeDesc
            edges:
            - op_desc: {name: skip_connect, in_len: 1}
              input_ids: [1]
            - op_desc: {name: sep_conv_3x3}
              input_ids:
              - 0
        - cell_type: [reduction]
          _nodes:
          - edges:
            - op_desc: {name: max_pool_3x3}
              input_ids: [0]
        - *id1
        """;

    [Theory]
    [InlineData(Mmrazor)]
    [InlineData(Archai)]
    public void Yaml_of_mmrazor_and_archai_is_read(string yaml)
    {
        var genotype = Genotype.Parse(yaml);
        Assert.Equal([new GenotypeEdge(Primitives.SkipConnect, 1), new GenotypeEdge(Primitives.SepConv3x3, 0)], genotype.Normal.Nodes[0]);
        Assert.Equal([new GenotypeEdge(Primitives.MaxPool3x3, 0)], Assert.Single(genotype.Reduce.Nodes));
        Assert.Equal("range(2, 3)", genotype.Normal.Concat.ToString());
    }

    [Theory]
    [InlineData(Mmrazor, "- sep_conv_3x3", "- sep_conv", "line 7, column 5: found 'sep_conv', expected an operation of")]
    [InlineData(Mmrazor, "  - normal_n2_p0", "  - normal_n3_p0",
        "found 'normal_n3_p0', expected an edge from normal_n2_p0 to normal_n2_p1")]
    [InlineData(Mmrazor, "reduce_n2_p0:", "reduce_n2_q0:", "found 'reduce_n2_q0', expected a key such as")]
    [InlineData(Mmrazor, "reduce_n2_p0:", "reduce_n\u0662_p0:", "expected a key such as")]
    [InlineData(Mmrazor, "reduce_n2:", "reduce_n3:", "expected the key 'reduce_n2'")]
    [InlineData(Mmrazor, "{chosen: skip_connect}", "{chosen: [skip_connect, none]}", "expected one operation")]
    [InlineData(Mmrazor, "{chosen: skip_connect}", "{chosen: ", "genotype YAML, line")]
    [InlineData(Archai, "[reduction]", "[odd]", "found 'odd', expected 'regular' or 'reduction'")]
    [InlineData(Archai, "[reduction]", "[regular]", "the same edges as in the earlier cell")]
    [InlineData(Archai, "input_ids: [1]", "input_ids: [2]", "found '2', expected a state from 0 to 1")]
    [InlineData(Archai, "name: max_pool_3x3", "nom: max_pool_3x3", "expected the key 'name'")]
    public void Malformed_yaml_names_place_token_and_expectation(string yaml, string good, string bad, string expected)
    {
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(yaml.Replace(good, bad, StringComparison.Ordinal)));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Yaml_nested_without_end_is_refused() =>
        Assert.Contains("nested deeper", Assert.Throws<GenotypeFormatException>(() =>
            Genotype.Parse("a: " + new string('[', 100_000))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(Mmrazor)]
    [InlineData(Archai)]
    public void Yaml_cut_anywhere_is_read_or_refused_and_never_crashes(string yaml)
    {
        var refused = 0;
        for (var length = 0; length < yaml.Length; length++)
        {
            try
            {
                Genotype.Parse(yaml[..length]);
            }
            catch (GenotypeFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, yaml.Length / 2, yaml.Length);
    }

    [Fact]
    public void Json_round_trips()
    {
        var genotype = Genotype.Parse(Mmrazor);
        var json = GenotypeJsonConverter.Format(genotype);
        Assert.Contains("\"op\": \"skip_connect\"", json, StringComparison.Ordinal);
        Assert.Equal(genotype, Genotype.Parse(json));
    }

    [Fact]
    public void A_genotype_inside_other_json_is_written_in_the_same_form()
    {
        Genotype?[] history = [Genotype.Parse(Mmrazor), null];
        var json = JsonSerializer.Serialize(history);
        Assert.Equal(history, JsonSerializer.Deserialize<Genotype?[]>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Genotype?[]>("[{}]"));
    }

    [Theory]
    [InlineData("\"op\": \"skip_connect\"", "\"op\": \"skip\"",
        "line 6, column 17: found 'skip', expected an operation of none, max_pool_3x3")]
    [InlineData("\"source\": 1", "\"source\": 9", "found '9', expected a state from 0 to 1, before state 2")]
    [InlineData("\"source\": 1", "\"sauce\": 1", "found 'sauce', expected a key that was not given yet, of op and source")]
    [InlineData("\"source\": 1", "\"source\": null", "line 7, column 21: found 'null', expected the number of the state")]
    [InlineData("\"reduce\"", "\"reduction\"",
        "found 'reduction', expected a key that was not given yet, of normal, normal_concat, reduce")]
    public void Malformed_json_names_what_is_wrong(string good, string bad, string expected)
    {
        var json = GenotypeJsonConverter.Format(Genotype.Parse(Mmrazor)).Replace(good, bad, StringComparison.Ordinal);
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(json));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_nas_bench_201_cell_is_a_genotype_of_one_kind_of_cells()
    {
        const string text = "|nor_conv_3x3~0|+|none~0|nor_conv_1x1~1|+|skip_connect~0|none~1|avg_pool_3x3~2|";
        var cell = NasBench201Cell.Parse(text);
        Assert.Equal(text, cell.ToString());
        Assert.Equal(new NasBench201Edge(Primitives.AvgPool3x3, 2), cell.Nodes[2][2]);
        var genotype = Genotype.Parse(text);
        Assert.Equal((text, 1, 4), (genotype.ToString(), Assert.Single(genotype.Cells).FirstNode, genotype.Cells[0].States));
        Assert.Equal("cell", Assert.Single(genotype.Kinds).Name);
        Assert.Equal([3], genotype.Cells[0].Concat);
        Assert.Equal(genotype, Genotype.Parse(GenotypeJsonConverter.Format(genotype)));
        Assert.Equal(genotype, JsonSerializer.Deserialize<Genotype>(GenotypeJsonConverter.Format(genotype)));
        Assert.NotEqual(genotype, Genotype.Parse(text.Replace("none", "skip_connect", StringComparison.Ordinal)));
        Assert.Contains("has no reduction cell", Assert.Throws<InvalidOperationException>(() => genotype.Reduce).Message);
    }

    [Fact]
    public void A_dictionary_with_a_cell_of_nas_bench_201_and_cells_of_darts_is_refused()
    {
        const string cell = "{\"cell\": \"|none~0|+|none~0|none~1|+|none~0|none~1|none~2|\"";
        Assert.NotNull(Genotype.Parse(cell + "}").NasBench201);
        var darts = GenotypeJsonConverter.Format(Genotype.Parse(Mmrazor)).TrimStart()[1..];
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(cell + "," + darts));
        Assert.Contains("either 'cell' or cells of DARTS", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("|nor_conv_3x3~0|+|sep_conv_3x3~0|", "column 19: found 'sep_conv_3x3', expected an operation of none")]
    [InlineData("|nor_conv_3x3~1|", "column 15: found '1', expected node 0, since edges stand in the order of their sources")]
    [InlineData("|none~0|+|none~1|none~0|", "column 16: found '1', expected node 0")]
    [InlineData("|none~0|+|none~0|none~0|", "column 23: found '0', expected node 1")]
    [InlineData("|none~0|+|none~0|", "column 18: found nothing, expected an edge that reads node 1")]
    [InlineData("|none~0|none~0|", "column 9: found 'none~0', expected the end of the node after 1 edge")]
    [InlineData("|none~0|+|none~0|none~1|", "column 25: found nothing, expected 3 nodes")]
    [InlineData("|none~0|+|none~0|none~1|+|none~0|none~1|none~2|+|none~0|", "column 49: found '|none~0|', expected the end after 3 nodes")]
    [InlineData("|nor_conv_3x3|", "expected an edge such as")]
    [InlineData("|nor_conv_3x3~0|+", "found nothing, expected a node such as")]
    public void A_malformed_nas_bench_201_cell_names_place_token_and_expectation(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<GenotypeFormatException>(() => NasBench201Cell.Parse(text)).Message,
            StringComparison.Ordinal);
}
