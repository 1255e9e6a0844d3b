using MIOpenDarts.Darts.Options;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>The options that one method alone reads.</summary>
/// <typeparam name="TOwn">A record of them.</typeparam>
/// <param name="fields">All of them, one a property.</param>
internal abstract class MethodOptionTable<TOwn>(IEnumerable<OptionField<TOwn>> fields) : OptionTable<TOwn>(fields)
    where TOwn : class, new()
{
    /// <summary>
    /// The same as options of a search. With other methods they keep their defaults, so that nobody sets them in vain.
    /// </summary>
    /// <param name="method">The method's name.</param>
    public IReadOnlyList<OptionField<SearchOptions>> OnlyFor(string method) => [.. All.Select(field => OnlyFor(method, field))];

    private static OptionField<SearchOptions> OnlyFor(string method, OptionField<TOwn> own)
    {
        var field = own.Within<SearchOptions>(options => options.Own<TOwn>(), (options, value) => options.With(value));
        var unset = own.Show(new TOwn());
        return field.Checked(options =>
            own.CheckAllowed(options.Own<TOwn>()) ?? (
                SearchAlgorithm.Find(options.Algorithm)?.Name is { } name && name != method && field.Show(options) != unset
                    ? $"{unset} with {name}: only {method} reads it"
                    : null));
    }
}
