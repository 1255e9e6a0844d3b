using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Tests.Genotypes;

/// <summary>Genotypes as they stand in the modules, logs and exports of others.</summary>
public sealed class GenotypeTextTests : IDisposable
{
    private const string Normal = "[('sep_conv_3x3', 0), ('skip_connect', 1), ('dil_conv_5x5', 2), ('avg_pool_3x3', 0)]";
    private const string Reduce = "[('max_pool_3x3', 1), ('max_pool_3x3', 0), ('none', 2), ('sep_conv_7x7', 1)]";
    private const string Call = $"Genotype(normal={Normal}, normal_concat=range(2, 4), reduce={Reduce}, reduce_concat=range(2, 4))";
    private const string Module =
        "from collections import namedtuple\n\nGenotype = namedtuple('Genotype', 'normal normal_concat reduce reduce_concat')\n\n";
    private readonly string file = Path.Combine(Directory.CreateTempSubdirectory("miopendarts-").FullName, "genotypes.py");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

    public static TheoryData<string> Texts() =>
    [
        "MINE = Genotype( \\\n  normal=" + Normal + ", \\\r\n  normal_concat=range(2, 4), reduce=" + Reduce
            + ", \\\n  reduce_concat=range(2, 4))",
        "MINE = \\\n  " + Call,
        "01/31 10:20:30 AM genotype = " + Call,
        "2024-02-03 10:20:30,123 [INFO] it's epoch #3: genotype = " + Call + "\n2024-02-03 10:20:31,000 it's \"done\n",
        "INFO:root:" + Call,
        "genotype = genotypes.Genotype" + Call["Genotype".Length..] + "\n",
        "cell: gt.genotypes.Genotype " + Call["Genotype".Length..],
        Module + "MINE = " + Call + "\n\ndef show(genotype):\n  print(f'{genotype.normal[0]}')\n",
        Module + "MINE: Genotype = " + Call + "\n",
        Module + "# OLD = Genotype(normal=[], ...)\nMINE = " + Call + "  # the best\n",
        "class Genotype(NamedTuple):\n  normal: list\n\nMINE = " + Call + ";",
        Module + "A = " + Call + "\nB = " + Call + "\n",
        "archs = [" + Call + ",\n]",
        "[" + Call + "]",
        "{'a': " + Call + "}",
        "print(" + Call + ")",
        "{\"msg\": \"genotype = " + Call + "\"}",
        "{\"msg\": \"genotype = " + Call + "\\n\", \"level\": 20}",
        "{\"genotype\": \"" + Call + "\"}",
        "\"" + Call + "\"",
        "MINE = OLD  # Genotype(normal=[], ...)\n" + Call,
        Call.Replace("range(2, 4)", "list(range(2, 4))", StringComparison.Ordinal),
        Call.Replace("0)", "np.int64(0))", StringComparison.Ordinal).Replace("('sep", "(u'sep", StringComparison.Ordinal),
        Call.Replace("0)", "0, 0.92)", StringComparison.Ordinal).Replace("1)", "1, 9.1e-05)", StringComparison.Ordinal)
            .Replace("', 2)", "', 2, np.float32(0.5))", StringComparison.Ordinal),
        Call.Replace("0)", "0, tensor(0.92, device='cuda:0', dtype=torch.float64, grad_fn=<SelectBackward0>))", StringComparison.Ordinal),
        Call.Replace("('sep_conv_3x3', 0)", "(0, 'sep_conv_3x3')", StringComparison.Ordinal),
        "{'normal': " + Normal + ", 'normal_concat': range(2, 4), 'reduce': " + Reduce + ", 'reduce_concat': [2, 3]}",
        "genotype = {'normal': " + Normal + ", 'normal_concat': range(2, 4), 'reduce': " + Reduce + ", 'reduce_concat': (2, 3)}",
        Json("{'normal': " + Normal + ", 'normal_concat': [2, 3], 'reduce': " + Reduce + ", 'reduce_concat': [2, 3]}"),
        Json("{'normal': [[('sep_conv_3x3', 0), ('skip_connect', 1)], [('dil_conv_5x5', 2), ('avg_pool_3x3', 0)]], 'normal_concat': [2, " +
            "3], 'reduce': " + Reduce + ", 'reduce_concat': [2, 3],}"),
        """
        {"normal/op_2_0": "sep_conv_3x3", "normal/op_2_1": "skip_connect", "normal/op_3_0": "dil_conv_5x5", "normal/op_3_1": "avg_pool_3x3",
         "normal/input_2_0": [0], "normal/input_2_1": [1], "normal/input_3_0": [2], "normal/input_3_1": 0, "width": 36, "num_cells": 20,
         "reduce/input_2_0": 1, "reduce/input_2_1": 0, "reduce/op_2_0": "max_pool_3x3", "reduce/op_2_1": "max_pool_3x3",
         "reduce/input_3_0": [2], "reduce/input_3_1": [1], "reduce/op_3_0": "none", "reduce/op_3_1": "sep_conv_7x7"}
        """,
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_as_users_have_it_is_read(string text) => Assert.Equal(Genotype.Parse(Call), Genotype.Parse(text));

    [Fact]
    public void Of_several_genotypes_the_name_or_the_line_says_which()
    {
        var other = Call.Replace("sep_conv_3x3", "dil_conv_3x3", StringComparison.Ordinal);
        File.WriteAllText(file, Module + $"A = {Call}\nB = {other}\nBEST = B\n");
        var error = Assert.Throws<GenotypeFormatException>(() => GenotypeReader.Resolve(file));
        Assert.Equal($"{file}: genotype: there are 2, A, B; say which, such as {file}:B", error.Message);
        Assert.Equal(Genotype.Parse(Call), GenotypeReader.Resolve(file + ":A"));
        Assert.Equal(Genotype.Parse(other), GenotypeReader.Resolve(file + ":B"));
        Assert.Equal(Genotype.Parse(other), GenotypeReader.Resolve(file + ":BEST"));
        Assert.Equal(Genotype.Parse(Call), GenotypeReader.Resolve(file + ":5"));
        Assert.Contains("there is none called 'C', expected one of A, B",
            Assert.Throws<GenotypeFormatException>(() => GenotypeReader.Resolve(file + ":C")).Message);
    }

    [Fact]
    public void Of_the_epochs_of_a_log_the_last_has_the_name_and_each_its_line()
    {
        var other = Call.Replace("sep_conv_3x3", "dil_conv_3x3", StringComparison.Ordinal);
        File.WriteAllText(file, string.Concat(Enumerable.Range(0, 30)
            .Select(epoch => $"epoch {epoch}\n10:20 genotype = {(epoch < 29 ? Call : other)}\n")));
        var error = Assert.Throws<GenotypeFormatException>(() => GenotypeReader.Resolve(file)).Message;
        Assert.Contains("there are 30, line 2, line 4, ", error);
        Assert.EndsWith($"…, line 60; say which, such as {file}:60", error);
        Assert.Equal(Genotype.Parse(Call), GenotypeReader.Resolve(file + ":58"));
        Assert.Equal(Genotype.Parse(other), GenotypeReader.Resolve(file + ":genotype"));
    }

    [Theory]
    [InlineData("{\"normal\": 3}", "line 1, column 12: found '3', expected a list of edges")]
    [InlineData("{\"normal\": [[\"skip_connect\", 0]", "found the end of the text, expected ',' or ']'")]
    [InlineData("{\n  \"normal\" [[", "line 2, column 12: found '[', expected ':' after the key 'normal'")]
    [InlineData("{\"normal\": [[\"skip\", 0]]}", "column 14: found 'skip', expected an operation of none")]
    [InlineData("{\"normal\": [[\"skip_connect\", 0], [\"skip_connect\", 0]], \"normal_concat\": [2], \"normal\": []}",
        "found 'normal', expected a key that was not given yet")]
    [InlineData("{\"normal\": [[\"skip_connect\", 0], [\"skip_connect\", 0]], \"normal_concat\": [2]}",
        "expected a dictionary that has the reduction cell with its concatenation, under 'reduce' and 'reduce_concat'")]
    [InlineData("{\"arch\": 1}",
        "found 'arch', expected a key that was not given yet, of normal, normal_concat, reduce, reduce_concat, or of NNI")]
    [InlineData("{\"normal/op_2_0\": \"skip_connect\"}", "expected a dictionary with the key 'normal/input_2_0'")]
    [InlineData("{\"normal/input_2_0\": 0}", "expected a dictionary with the key 'normal/op_2_0'")]
    [InlineData("{\"normal/op_3_0\": \"skip_connect\", \"normal/input_3_0\": 0}", "expected a dictionary with the key 'normal/op_2_0'")]
    [InlineData("{\"normal/op_2_0\": \"skip_connect\", \"normal/input_2_0\": 0}", "expected a dictionary with the key 'reduce/op_2_0'")]
    [InlineData("{\"normal/op_2_0\": \"skip_connect\", \"normal/input_2_0\": [0, 1]}", "one choice is wanted")]
    [InlineData("{\"normal/op_2_0\": \"conv_3x1_1x3\", \"normal/input_2_0\": [0]}", "found 'conv_3x1_1x3', expected an operation of none")]
    [InlineData("{\"normal/op_\u0662_0\": \"skip_connect\"}", "expected a key that was not given yet, of normal")]
    [InlineData("{\"normal\": {\"nodes\": [[{\"op\": \"none\"}]]}}", "expected an edge with both op and source")]
    [InlineData("Genotype(recurrent=[('relu', 0)], concat=range(1, 9))",
        "expected a genotype of a convolutional network; this is one of a recurrent network")]
    [InlineData("Genotype(normal=[('skip_connect', 0, 1, 2)])", "found '2', expected ')'")]
    [InlineData("Genotype(normal=[(0, 1)])", "expected an operation name in quotes")]
    [InlineData("Genotype(normal=[('skip_connect', 0, 0.5, 0.5)])", "found '0.5', expected the number of a state")]
    [InlineData(Call + " + 1", "found '+', expected nothing after the genotype")]
    public void What_is_malformed_is_told_in_plain_words_with_its_place(string text, string expected)
    {
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(text)).Message;
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.Matches(@"line \d+, column \d+", error);
        Assert.DoesNotMatch(@"System\.|MIOpenDarts|\.NET|\n", error);
    }

    [Fact]
    public void Calls_inside_calls_do_not_exhaust_the_stack()
    {
        foreach (var call in new[] { "list(", "tuple(" })
        {
            var deep = string.Concat(Enumerable.Repeat(call, 100_000));
            Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(Call.Replace("range(2, 4)", deep, StringComparison.Ordinal)));
            Assert.Throws<GenotypeFormatException>(() => Genotype.Parse($"{{'normal_concat': {deep}"));
        }
    }

    [Fact]
    public void More_genotypes_than_a_log_has_are_refused()
    {
        var error = Assert.Throws<GenotypeFormatException>(() => Genotype.Parse(string.Concat(Enumerable.Repeat("Genotype(", 10_001))));
        Assert.Equal("genotype: the text has more than 10000 times 'Genotype('; keep the one that is meant", error.Message);
    }

    [Fact]
    public void A_text_cut_anywhere_or_with_a_character_changed_never_crashes()
    {
        foreach (string text in Texts())
        {
            for (var i = 0; i < text.Length; i++)
            {
                foreach (var changed in new[] { text[..i], text[..i] + "'" + text[(i + 1)..], text[..i] + "(" + text[(i + 1)..] })
                {
                    try
                    {
                        Genotype.Parse(changed);
                    }
                    catch (GenotypeFormatException)
                    {
                        // Refused, which is right for most.
                    }
                }
            }
        }
    }

    private static string Json(string python) => python.Replace('\'', '"').Replace('(', '[').Replace(')', ']');
}
