using System.Text;
using MIOpenDarts.Darts.Genotypes;

namespace MIOpenDarts.Darts.Studies.Seeds;

/// <summary>The report of several seeds as text, for a terminal.</summary>
internal static class SeedText
{
    /// <summary>The text.</summary>
    public static string Render(SeedStudy study)
    {
        ArgumentNullException.ThrowIfNull(study);
        var text = new StringBuilder();
        text.AppendLine($"{study.Results.Count} of {study.Plan.Seeds.Count} seeds are done, on {study.Dataset}");
        if (study.Results.Count == 0) return text.ToString();
        text.AppendLine();
        SeedTables.Searches(study).AppendTo(text);
        foreach (var result in study.Results)
        {
            text.AppendLine($"seed {result.Seed}: {result.Genotype}{(result.Ending is null ? "" : $" (ended by {result.Ending})")}");
            foreach (var note in result.Notes ?? []) text.AppendLine($"seed {result.Seed}: {note}");
        }

        foreach (var (name, cells) in study.Cells)
        {
            text.AppendLine().AppendLine($"{name}: {SeedTables.Overlaps(cells)}");
            SeedTables.Agreement(cells).AppendTo(text);
        }

        if (study.Retrained.Count == 0) return text.ToString();
        text.AppendLine().AppendLine($"trained from scratch for {study.Plan.Retrain} epochs, test accuracy in %");
        SeedTables.Trainings(study).AppendTo(text);
        text.AppendLine(SeedTables.Verdict(study));
        foreach (var line in SeedTables.SizeNotes(study)) text.AppendLine(line);
        return text.ToString();
    }

    private static void AppendTo(this IReadOnlyList<string[]> table, StringBuilder text)
    {
        var widths = Enumerable.Range(0, table[0].Length).Select(column => table.Max(row => row[column].Length)).ToArray();
        foreach (var row in table)
        {
            var cells = row.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]));
            text.AppendLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
