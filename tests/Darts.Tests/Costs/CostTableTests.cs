using MIOpenDarts.Darts.Costs;
using MIOpenDarts.Darts.Costs.Tables;

namespace MIOpenDarts.Darts.Tests.Costs;

/// <summary>Tables of costs are written, read and refused.</summary>
public sealed class CostTableTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("costs-").FullName;

    private string File => Path.Combine(folder, "table.json");

    [Fact]
    public void What_is_written_is_read()
    {
        var table = Table();
        table.Write(File);
        var read = CostTable.Read(File);
        Assert.Equal(table.Entries, read.Entries);
        Assert.Equal(table with { Entries = read.Entries }, read);
    }

    [Fact]
    public void A_rank_correlation_that_is_no_number_is_written_and_read()
    {
        (Table() with { Check = new TableCheck(20, double.NaN, 1) }).Write(File);
        Assert.Equal(double.NaN, CostTable.Read(File).Check!.Rho);
    }

    [Fact]
    public void A_part_that_a_table_lacks_is_named_with_the_cure()
    {
        Table().Write(File);
        var cost = CostName.Open($"latency:{File}");
        Assert.Equal(0.25, cost.Of(new NetworkPart("max_pool_3x3", 4, 4, 8, 8, 1)));
        Assert.Equal(0, cost.Of(new NetworkPart("none", 9, 9, 8, 8, 1)));
        var refused = Assert.Throws<InvalidDataException>(() => cost.Of(new NetworkPart("max_pool_3x3", 4, 4, 8, 8, 2)));
        Assert.StartsWith($"{File}: has no cost of 'max_pool_3x3 4-4 8x8 s2'; profile", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("measured")]
    [InlineData("modelled")]
    public void Where_the_numbers_come_from_is_in_every_label(string source)
    {
        (Table() with { Source = source }).Write(File);
        var cost = CostName.Open($"latency:{File}");
        Assert.Equal($"{source} on a processor", cost.Source);
        Assert.Equal($"1.5 ms at batch 1 in inference (here-b1-inference, {source})", cost.Show(1.5));
    }

    [Fact]
    public void At_every_length_a_cut_table_is_refused_in_one_line()
    {
        Table().Write(File);
        var text = System.IO.File.ReadAllText(File);
        for (var length = 0; length < text.TrimEnd().Length; length++)
        {
            System.IO.File.WriteAllText(File, text[..length]);
            var refused = Assert.Throws<InvalidDataException>(() => CostTable.Read(File));
            Assert.StartsWith(File, refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
        }
    }

    [Theory]
    [InlineData("\"format\": 1", "\"format\": 2", "form 2")]
    [InlineData("\"latency\"", "\"weight\"", "kind 'weight'")]
    [InlineData("0.25", "-1", "no usable cost of 'max_pool_3x3 4-4 8x8 s1'")]
    [InlineData("\"ms\"", "null", "leaves a field empty")]
    public void What_a_table_may_not_say_is_refused(string text, string wrong, string told)
    {
        Table().Write(File);
        System.IO.File.WriteAllText(File, System.IO.File.ReadAllText(File).Replace(text, wrong, StringComparison.Ordinal));
        Assert.Contains(told, Assert.Throws<InvalidDataException>(() => CostTable.Read(File)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_another_kind_or_none_is_refused()
    {
        Table().Write(File);
        Assert.Contains("--cost latency:", Refused($"energy:{File}"), StringComparison.Ordinal);
        Assert.Contains("miopendarts profile", Refused("latency:nowhere"), StringComparison.Ordinal);
        Assert.Contains(CostName.Allowed, Refused("speed"), StringComparison.Ordinal);

        static string Refused(string name) => Assert.Throws<InvalidDataException>(() => CostName.Open(name)).Message;
    }

    [Theory]
    [InlineData("macs", true)]
    [InlineData("none", true)]
    [InlineData("energy:estimated", true)]
    [InlineData("latency:a/b.json", true)]
    [InlineData("latency:", false)]
    [InlineData("latency", false)]
    [InlineData("flops", false)]
    public void Names_are_known_by_their_form(string name, bool known) => Assert.Equal(known, CostName.IsName(name));

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static CostTable Table() => new()
    {
        Name = "here-b1-inference",
        Kind = "latency",
        Unit = "ms",
        Batch = 1,
        Mode = "inference",
        Source = "measured",
        Device = new TableDevice("a processor", "cpu", 2, "1.0"),
        Drift = 0.01,
        Check = new TableCheck(20, 0.97, 1.1),
        Entries = new Dictionary<string, CostEntry> { ["max_pool_3x3 4-4 8x8 s1"] = new(0.25, 0.01, 100) },
    };
}
