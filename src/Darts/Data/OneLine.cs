namespace MIOpenDarts.Darts.Data;

/// <summary>Texts of files and libraries for use in a message, which is one line.</summary>
internal static class OneLine
{
    /// <summary>The text without what moves a terminal's cursor, and without a full stop.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '?' : letter)).TrimEnd('.', ' ');
}
