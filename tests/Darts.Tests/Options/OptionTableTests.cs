using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using MIOpenDarts.Darts.Algorithms;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Training;

namespace MIOpenDarts.Darts.Tests.Options;

public sealed class OptionTableTests
{
    [Fact]
    public void Every_property_of_a_search_and_of_its_methods_has_a_line_and_no_other_has()
    {
        var methods = typeof(SearchOptions).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith(typeof(SearchOptions).Namespace + ".", StringComparison.Ordinal) == true)
            .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal)).ToList();
        Assert.True(methods.Count >= 3);
        var expected = PropertiesOf(typeof(SearchOptions)).Where(name => name != "methods").Concat(methods.SelectMany(PropertiesOf));
        Assert.Equal(expected.Order(), SearchOptions.Table.All.Select(field => field.Name).Order());
    }

    [Fact]
    public void Every_property_of_a_training_has_a_line_and_no_other_has() =>
        Assert.Equal(PropertiesOf(typeof(TrainOptions)).Order(), TrainOptions.Table.All.Select(field => field.Name).Order());

    [Fact]
    public void Every_line_reads_and_replaces_its_own_property()
    {
        Check(SearchOptions.Table);
        Check(TrainOptions.Table);

        static void Check<TOptions>(RunOptionTable<TOptions> table)
            where TOptions : RunOptions, new()
        {
            var start = new TOptions();
            foreach (var field in table.All)
            {
                JsonNode other = field.Kind switch
                {
                    OptionKind.Integer => 4321,
                    OptionKind.Number => 0.4321,
                    OptionKind.Flag => field.Show(start) != "true",
                    _ => "another",
                };
                var changed = field.Replace(start, other)!;
                Assert.Equal([field], table.All.Where(line => line.Show(start) != line.Show(changed)));
                Assert.Equal(other.ToString(), field.Show(changed), ignoreCase: true);
            }
        }
    }

    [Fact]
    public void Every_run_shares_the_same_lines()
    {
        var shared = PropertiesOf(typeof(RunOptions)).ToHashSet();
        foreach (var (search, train) in SearchOptions.Table.All.Where(f => shared.Contains(f.Name))
            .Select(f => (f, TrainOptions.Table.Find(f.Name)!)))
            Assert.Equal((search.Kind, search.HasEffect), (train.Kind, train.HasEffect));
    }

    [Fact]
    public void Options_of_a_method_are_equal_by_what_they_are_told()
    {
        foreach (var algorithm in SearchAlgorithm.All)
        {
            Assert.Equal(algorithm.Paper, SearchOptions.Table.Parse(SearchOptions.Table.Format(algorithm.Paper)));
            Assert.Empty(algorithm.Paper.Validate());
            // With another method, what this one alone reads would be told in vain.
            foreach (var other in SearchAlgorithm.All.Where(a => a != algorithm))
            {
                var told = algorithm.Options.Where(field => field.Show(algorithm.Paper) != field.Show(new SearchOptions()))
                    .Select(field => field.Name);
                var moved = other.Paper with { Methods = algorithm.Paper.Methods };
                Assert.Superset(told.ToHashSet(), moved.Validate().Select(problem => problem.Field).ToHashSet());
            }
        }
    }

    private static IEnumerable<string> PropertiesOf(Type type) =>
        type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Select(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
}
