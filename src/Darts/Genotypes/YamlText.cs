using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>Loads one YAML document as nodes; tags are ignored and no type is ever created from them.</summary>
internal static class YamlText
{
    private const int MaxDepth = 64;

    /// <summary>The root of the only document.</summary>
    /// <exception cref="FormatException">The text is not one YAML document; the message starts with line and column.</exception>
    public static YamlNode Load(string text)
    {
        var last = Mark.Empty;
        try
        {
            // Loading recurses; hostile nesting would end the process with a stack overflow.
            var parser = new Parser(new StringReader(text));
            for (var depth = 0; parser.MoveNext(); depth += parser.Current.NestingIncrease)
            {
                last = parser.Current!.Start;
                if (depth > MaxDepth) throw new FormatException($"{Place(last)}: nested deeper than {MaxDepth} levels");
            }

            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents.Count == 1
                ? stream.Documents[0].RootNode
                : throw new FormatException($"{Place(last)}: found {stream.Documents.Count} documents, expected one");
        }
        catch (YamlException e)
        {
            throw new FormatException($"{Place(e.Start)}: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // The scanner gives up this way when the text ends inside a flow mapping.
            throw new FormatException($"{Place(last)}: the YAML after this place is malformed", e);
        }
    }

    private static string Place(Mark mark) => $"line {mark.Line}, column {mark.Column}";
}
