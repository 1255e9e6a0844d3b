using System.Collections.Immutable;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// The options that one method alone reads, by their type; a method's are its defaults until others are set. Two are equal when every
/// method's are.
/// </summary>
internal sealed class MethodOptions : IEquatable<MethodOptions>
{
    private readonly ImmutableDictionary<Type, object> chosen;

    private MethodOptions(ImmutableDictionary<Type, object> chosen) => this.chosen = chosen;

    /// <summary>Every method's defaults.</summary>
    public static MethodOptions Defaults { get; } = new(ImmutableDictionary<Type, object>.Empty);

    /// <summary>The options of one method.</summary>
    public TOwn Get<TOwn>()
        where TOwn : class, new() => chosen.TryGetValue(typeof(TOwn), out var own) ? (TOwn)own : Unset<TOwn>.Value;

    /// <summary>The same, but for the options of one method.</summary>
    public MethodOptions With<TOwn>(TOwn own)
        where TOwn : class, new() => new(own.Equals(Unset<TOwn>.Value) ? chosen.Remove(typeof(TOwn)) : chosen.SetItem(typeof(TOwn), own));

    /// <inheritdoc/>
    public bool Equals(MethodOptions? other) =>
        other is not null && chosen.Count == other.chosen.Count
            && chosen.All(pair => other.chosen.TryGetValue(pair.Key, out var own) && pair.Value.Equals(own));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MethodOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => chosen.Values.Aggregate(0, (hash, own) => hash ^ own.GetHashCode());

    // Made once: a relaxation may read its options in every pass, which allocates nothing.
    private static class Unset<TOwn>
        where TOwn : class, new()
    {
        public static readonly TOwn Value = new();
    }
}
