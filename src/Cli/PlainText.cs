using System.Globalization;
using System.Text;

namespace MIOpenDarts.Cli;

/// <summary>
/// Writes text that cannot command a terminal: names of classes and files come from others, and a control character in one could move the
/// cursor, colour what follows, or turn the order of letters round. It is written as its number instead.
/// </summary>
internal sealed class PlainText(TextWriter target) : TextWriter(CultureInfo.InvariantCulture)
{
    public override Encoding Encoding => target.Encoding;

    /// <summary>A text with every character that commands written as its number.</summary>
    public static string Of(string text) =>
        text.Any(Commands) ? string.Concat(text.Select(c => Commands(c) ? Number(c) : c.ToString())) : text;

    /// <summary>The same for what has to stay one line, such as a name.</summary>
    public static string Line(string text) =>
        Of(text.Any(Breaks) ? string.Concat(text.Select(c => Breaks(c) ? Number(c) : c.ToString())) : text);

    public override void Write(char value)
    {
        if (Commands(value)) target.Write(Number(value));
        else target.Write(value);
    }

    public override void Write(string? value) => target.Write(value is null ? null : Of(value));

    public override void WriteLine(string? value) => target.WriteLine(value is null ? null : Of(value));

    public override void Write(char[] buffer, int index, int count) => target.Write(Of(new string(buffer, index, count)));

    public override void Flush() => target.Flush();

    private static string Number(char c) => $"\\u{(int)c:x4}";

    // Besides control characters, those that embed or override the direction of writing. What ends a line here ends lines.
    private static bool Commands(char c) =>
        (char.IsControl(c) && c != '\t' && !Environment.NewLine.Contains(c))
            || c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069');

    private static bool Breaks(char c) => c is '\n' or '\r' or '\t' or '\u2028' or '\u2029';
}
