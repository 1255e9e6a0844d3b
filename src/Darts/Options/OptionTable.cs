using System.Globalization;
using System.Text.Json.Nodes;

namespace MIOpenDarts.Darts.Options;

/// <summary>
/// A table of options: names, ranges and help, from which validation, files and the command line work. A new option is a property and a
/// line in such a table.
/// </summary>
/// <typeparam name="TOptions">What it is the table of.</typeparam>
internal abstract class OptionTable<TOptions>
    where TOptions : class
{
    private protected OptionTable(IEnumerable<OptionField<TOptions>> fields) => All = [.. fields];

    /// <summary>All options in the order in which they are shown.</summary>
    public IReadOnlyList<OptionField<TOptions>> All { get; }

    /// <summary>Finds an option by its name in snake_case, camelCase or kebab-case; null where there is none.</summary>
    public OptionField<TOptions>? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(field => field.IsCalled(name));
    }

    private protected static OptionField<TOptions> Integer(
        string name, int min, int max, string help, Func<TOptions, int> get, Func<TOptions, int, TOptions> set)
    {
        var allowed = $"a whole number from {min} to {max}";
        return Integer(name, allowed, help, get, set, o => get(o) >= min && get(o) <= max ? null : allowed);
    }

    private protected static OptionField<TOptions> Integer(
        string name, string allowed, string help, Func<TOptions, int> get, Func<TOptions, int, TOptions> set, Func<TOptions,
        string?> check) => new(
            new(name, OptionKind.Integer, allowed, help), o => JsonValue.Create(get(o)),
            // A whole number beyond the property's type is no value of it.
            (o, value) => int.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? set(o, number) : null, check);

    private protected static OptionField<TOptions> Integer(
        string name, string help, Func<TOptions, ulong> get, Func<TOptions, ulong, TOptions> set) => new(
            new(name, OptionKind.Integer, $"a whole number from 0 to {ulong.MaxValue}", help), o => JsonValue.Create(get(o)),
            (o, value) =>
                ulong.TryParse(value.ToJsonString(), CultureInfo.InvariantCulture, out var number) ? set(o, number) : null, _ => null);

    private protected static OptionField<TOptions> Number(
        string name, string range, string help, Func<TOptions, double> get, Func<TOptions, double, TOptions> set, Func<double,
        bool> inRange) =>
        Number(name, $"a number {range}", help, get, set, o => inRange(get(o)) ? null : $"a number {range}");

    private protected static OptionField<TOptions> Number(
        string name, string allowed, string help, Func<TOptions, double> get, Func<TOptions, double, TOptions> set, Func<TOptions,
        string?> check) => new(
            new(name, OptionKind.Number, allowed, help), o =>
                JsonValue.Create(get(o)), (o, value) => set(o, value.GetValue<double>()), check);

    private protected static OptionField<TOptions> Flag(
        string name, string help, Func<TOptions, bool> get, Func<TOptions, bool, TOptions> set, string allowed = "true or false",
        Func<TOptions, string?>? check = null) => new(
            new(name, OptionKind.Flag, allowed, help), o =>
                JsonValue.Create(get(o)), (o, value) => set(o, value.GetValue<bool>()), check ?? (_ => null));

    private protected static OptionField<TOptions> Text(
        string name, string allowed, string help, Func<TOptions, string> get, Func<TOptions, string, TOptions> set, Func<string,
        bool> valid) => Text(name, () => allowed, help, get, set, valid);

    private protected static OptionField<TOptions> Text(
        string name, Func<string> allowed, string help, Func<TOptions, string> get, Func<TOptions, string, TOptions> set, Func<string,
        bool> valid) => new(
            new(name, OptionKind.Text, allowed, help), o => JsonValue.Create(get(o)), (o, value) => set(o, value.GetValue<string>()),
            o => valid(get(o)) ? null : allowed());

    private protected static OptionField<TOptions> Choice(
        string name, IReadOnlyList<string> values, string help, Func<TOptions, string> get, Func<TOptions, string, TOptions> set) =>
        Text(name, string.Join(", ", values), help, get, set, values.Contains);
}
