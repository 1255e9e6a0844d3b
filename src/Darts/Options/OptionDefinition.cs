using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MIOpenDarts.Darts.Options;

/// <summary>What kind of value an option takes.</summary>
internal enum OptionKind
{
    /// <summary>A whole number.</summary>
    Integer,
    /// <summary>A number.</summary>
    Number,
    /// <summary>true or false.</summary>
    Flag,
    /// <summary>A text.</summary>
    Text,
}

/// <summary>What an option is called, what it takes, and what it is for. The command line is built from these.</summary>
internal class OptionDefinition
{
    private readonly Func<string> allowed;

    internal OptionDefinition(string name, OptionKind kind, string allowed, string help)
        : this(name, kind, () => allowed, help)
    {
    }

    /// <summary>An option whose values can become more while the program runs.</summary>
    internal OptionDefinition(string name, OptionKind kind, Func<string> allowed, string help) =>
        (Name, Kind, this.allowed, Help) = (name, kind, allowed, help);

    private protected OptionDefinition(OptionDefinition other)
        : this(other.Name, other.Kind, other.allowed, other.Help)
    {
    }

    /// <summary>Name in snake_case, as in a configuration file.</summary>
    public string Name { get; }

    /// <summary>Kind of value.</summary>
    public OptionKind Kind { get; }

    /// <summary>The allowed values, in words.</summary>
    public string Allowed => allowed();

    /// <summary>What it is for, in one sentence.</summary>
    public string Help { get; }

    /// <summary>Whether a name in snake_case, camelCase or kebab-case is this option's.</summary>
    internal bool IsCalled(string name) => Key(name) == Key(Name);

    private static string Key(string name) => string.Concat(name.Where(c => c is not ('_' or '-'))).ToUpperInvariant();

    /// <summary>Reads a typed text into the JSON value of this field; null when it is not of the field's kind.</summary>
    internal JsonNode? ParseText(string text)
    {
        const NumberStyles real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return Kind switch
        {
            OptionKind.Integer when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) =>
                JsonValue.Create(value),
            OptionKind.Integer when ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) =>
                JsonValue.Create(value),
            OptionKind.Number when double.TryParse(text, real, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) =>
                JsonValue.Create(value),
            OptionKind.Flag when bool.TryParse(text, out var value) => JsonValue.Create(value),
            OptionKind.Text => JsonValue.Create(text),
            _ => null,
        };
    }

    /// <summary>Accepts a JSON value of this field's kind; null otherwise.</summary>
    internal JsonNode? ParseJson(JsonNode? node) => (Kind, node?.GetValueKind()) switch
    {
        (OptionKind.Integer or OptionKind.Number, JsonValueKind.Number) => ParseText(node!.ToJsonString()),
        (OptionKind.Flag, JsonValueKind.True or JsonValueKind.False) => ParseText(node!.ToJsonString()),
        (OptionKind.Text, JsonValueKind.String) => ParseText(node!.GetValue<string>()),
        _ => null,
    };
}
