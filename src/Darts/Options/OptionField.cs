using System.Globalization;
using System.Text.Json.Nodes;

namespace MIOpenDarts.Darts.Options;

/// <summary>One option of a table: how its value is read out of the options, replaced in them, and checked.</summary>
/// <typeparam name="TOptions">What it is an option of.</typeparam>
internal sealed class OptionField<TOptions> : OptionDefinition
    where TOptions : class
{
    private readonly Func<TOptions, JsonNode> read;
    private readonly Func<TOptions, JsonNode, TOptions?> replace;
    private readonly Func<TOptions, string?> check;

    /// <summary>An option.</summary>
    /// <param name="definition">Name, kind, range and help.</param>
    /// <param name="read">Its value in some options.</param>
    /// <param name="replace">Options with another value; null for a value beyond its type.</param>
    /// <param name="check">What is allowed in place of the value in some options; null where it can be used.</param>
    internal OptionField(
        OptionDefinition definition, Func<TOptions, JsonNode> read, Func<TOptions, JsonNode, TOptions?> replace, Func<TOptions,
        string?> check)
        : base(definition) => (this.read, this.replace, this.check) = (read, replace, check);

    /// <summary>
    /// Whether a run computes something else when this option changes, so that a resume must keep it. Where the data lies has none: its
    /// fingerprint is compared instead.
    /// </summary>
    public bool HasEffect { get; private init; } = true;

    /// <summary>The value in some options, as it would be typed.</summary>
    public string Show(TOptions options) => read(options) switch
    {
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        // JSON has no infinity, which a check may have to report.
        JsonValue value when value.TryGetValue<double>(out var number) => number.ToString(CultureInfo.InvariantCulture),
        var value => value.ToJsonString(),
    };

    /// <summary>The same option, which changes nothing that a run computes.</summary>
    internal OptionField<TOptions> WithoutEffect() => new(this, read, replace, check) { HasEffect = false };

    /// <summary>The same option, checked by <paramref name="other"/> in place of its own range.</summary>
    internal OptionField<TOptions> Checked(Func<TOptions, string?> other) => new(this, read, replace, other) { HasEffect = HasEffect };

    /// <summary>The same option of what <typeparamref name="TOptions"/> is a part of.</summary>
    /// <param name="part">The part.</param>
    /// <param name="with">The whole with another part.</param>
    internal OptionField<TWhole> Within<TWhole>(Func<TWhole, TOptions> part, Func<TWhole, TOptions, TWhole> with)
        where TWhole : class => new(
            this, whole => read(part(whole)), (whole, value) => replace(part(whole), value) is { } replaced ? with(whole, replaced) : null,
            whole => check(part(whole)))
        { HasEffect = HasEffect };

    internal JsonNode ToJson(TOptions options) => read(options);

    /// <summary>Options with another value; null for a value beyond its type.</summary>
    internal TOptions? Replace(TOptions options, JsonNode value) => replace(options, value);

    /// <summary>What is allowed in place of the value in some options; null where it can be used.</summary>
    internal string? CheckAllowed(TOptions options) => check(options);

    /// <summary>What is wrong with the value in some options; null for nothing.</summary>
    internal ValidationError? Check(TOptions options) =>
        check(options) is { } allowed ? ValidationError.NotAllowed(Name, Show(options), allowed) : null;
}
