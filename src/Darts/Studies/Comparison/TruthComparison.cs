using System.Globalization;
using System.Text;
using MIOpenDarts.Darts.Evolution;
using MIOpenDarts.Darts.Genotypes;
using MIOpenDarts.Darts.Options;
using MIOpenDarts.Darts.Runs;
using MIOpenDarts.Darts.Studies.Seeds;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>A method over its seeds, by a table of trained networks.</summary>
/// <param name="Method">The algorithm.</param>
/// <param name="Searches">One for each seed.</param>
/// <param name="Values">Each column of the table, of the cells that they found.</param>
internal sealed record TruthRow(string Method, IReadOnlyList<SearchSummary> Searches, IReadOnlyList<Spread> Values);

/// <summary>Searches compared by what is known of the trained networks of the cells that they found.</summary>
internal sealed class TruthComparison
{
    private readonly IReadOnlyList<string> columns;

    private TruthComparison(IReadOnlyList<string> columns, IReadOnlyList<TruthRow> rows) => (this.columns, Rows) = (columns, rows);

    /// <summary>The methods, the best in the first column first.</summary>
    public IReadOnlyList<TruthRow> Rows { get; }

    /// <summary>Reads folders of finished searches; those that differ in their seed only are one row.</summary>
    /// <param name="folders">Folders, and what a shell's pattern finds beside them.</param>
    /// <param name="table">What is known.</param>
    /// <param name="warn">Takes a line for each that is left out.</param>
    /// <exception cref="RunFolderException">None is a finished search.</exception>
    public static TruthComparison Read(IEnumerable<string> folders, TruthTable table, Action<string> warn)
    {
        var found = new List<(SearchSummary Search, double[] Values)>();
        foreach (var folder in folders)
        {
            try
            {
                if (!SearchSummary.IsOne(folder)) throw new RunFolderException($"{folder}: is not the folder of a finished search");
                var search = SearchSummary.Read(folder);
                found.Add((search, [.. table.Of(Genotype.Parse(search.Genotype)).Select(item => item.Value)]));
            }
            catch (Exception e) when (e is RunFolderException or OptionsException or GenotypeFormatException or InvalidDataException
                or IOException or UnauthorizedAccessException)
            {
                warn($"{e.Message.TrimEnd('.')}; left out");
            }
        }

        if (found.Count == 0)
            throw new RunFolderException(
                "compare: none of these folders holds a finished search of the table's space; search first: miopendarts search --space "
                + CellSpace.NasBench201.Name);
        string[] columns = [.. table.Columns];
        var rows = found.GroupBy(item => item.Search.Recipe).Select(group => new TruthRow(
            group.First().Search.Algorithm, [.. group.Select(item => item.Search)],
            [.. columns.Select((_, i) => Spread.From([.. group.Select(item => item.Values[i])]))]));
        return new TruthComparison(columns, [.. rows.OrderByDescending(row => row.Values[0].Mean)]);
    }

    /// <summary>Columns of equal width, then the cells.</summary>
    public string ToText()
    {
        string[][] cells =
        [
            ["method", "seeds", "search s", .. columns],
            .. Rows.Select(row => (string[])[
                row.Method, $"{row.Searches.Count}",
                row.Searches.Average(search => search.Seconds).ToString("0", CultureInfo.InvariantCulture),
                .. row.Values.Select(value => $"{value}")]),
        ];
        var text = new StringBuilder(EqualColumns.Text(cells));
        foreach (var search in Rows.SelectMany(row => row.Searches)) text.AppendLine($"{search.Name}: {search.Genotype}");
        return text.ToString();
    }
}
