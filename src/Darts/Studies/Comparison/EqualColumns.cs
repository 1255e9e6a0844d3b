using System.Text;

namespace MIOpenDarts.Darts.Studies.Comparison;

/// <summary>Rows of cells as text: columns of equal width, the first begins at the left, the others end at the right.</summary>
internal static class EqualColumns
{
    /// <summary>The text, a line for each row; all rows have as many cells.</summary>
    public static string Text(IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
            text.AppendLine(
                string.Join("  ", row.Select((cell, c) => c == 0 ? cell.PadRight(widths[c]) : cell.PadLeft(widths[c]))).TrimEnd());
        return text.ToString();
    }
}
