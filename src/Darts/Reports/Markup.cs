using System.Runtime.CompilerServices;
using System.Text;

namespace MIOpenDarts.Darts.Reports;

/// <summary>
/// Text of an HTML or SVG page. Whatever stands in braces of an interpolated string is escaped, so that no name from a config,
/// a data set or a log can break the page; only another <see cref="Markup"/> enters as it is.
/// </summary>
internal sealed class Markup
{
    private readonly StringBuilder text = new();

    /// <summary>Appends a line; the literal parts are markup, the holes are escaped.</summary>
    public Markup Add([InterpolatedStringHandlerArgument("")] ref Fragment fragment)
    {
        _ = fragment;
        text.Append('\n');
        return this;
    }

    /// <summary>Appends another piece of markup unchanged.</summary>
    public Markup Add(Markup other)
    {
        text.Append(other.text);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    /// <summary>Text made safe for element content and quoted attributes of XML and HTML.</summary>
    public static string Escape(string? value)
    {
        var safe = new StringBuilder(value?.Length ?? 0);
        foreach (var rune in (value ?? "").EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': safe.Append("&amp;"); break;
                case '<': safe.Append("&lt;"); break;
                case '>': safe.Append("&gt;"); break;
                case '"': safe.Append("&quot;"); break;
                case '\'': safe.Append("&#39;"); break;
                case '\t' or '\n': safe.Append(rune); break;
                // XML 1.0 has no way to write the other control characters or the two non-characters, not even escaped.
                case < ' ' or 0xFFFE or 0xFFFF: safe.Append('\uFFFD'); break;
                default: safe.Append(rune); break;
            }
        }

        return safe.ToString();
    }

    /// <summary>Receives the parts of an interpolated string for <see cref="Add(ref Fragment)"/>.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Fragment
    {
        private readonly StringBuilder text;

        public Fragment(int literalLength, int formattedCount, Markup target)
        {
            _ = literalLength + formattedCount;
            text = target.text;
        }

        public void AppendLiteral(string value) => text.Append(value);

        public void AppendFormatted(string? value) => text.Append(Escape(value));

        public void AppendFormatted(Markup value) => text.Append(value.text);

        public void AppendFormatted(int value) => text.Append(value);

        /// <summary>A coordinate: a hundredth of a pixel is finer than any screen.</summary>
        public void AppendFormatted(double value) => AppendFormatted(value, "0.##");

        public void AppendFormatted(double value, string format) => text.Append(Escape(value.ToString(format)));
    }
}
