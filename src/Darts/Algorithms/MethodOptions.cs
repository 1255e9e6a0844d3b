using System.Collections.Immutable;

namespace MIOpenDarts.Darts.Algorithms;

/// <summary>
/// The options that one method alone reads, by their type; a method's are its defaults until it is told others. Two are equal when every
/// method's are.
/// </summary>
internal sealed class MethodOptions : IEquatable<MethodOptions>
{
    private readonly ImmutableDictionary<Type, object> told;

    private MethodOptions(ImmutableDictionary<Type, object> told) => this.told = told;

    /// <summary>Every method's defaults.</summary>
    public static MethodOptions Defaults { get; } = new(ImmutableDictionary<Type, object>.Empty);

    /// <summary>The options of one method.</summary>
    public TOwn Get<TOwn>()
        where TOwn : class, new() => told.TryGetValue(typeof(TOwn), out var own) ? (TOwn)own : Unset<TOwn>.Value;

    /// <summary>The same, but for the options of one method.</summary>
    public MethodOptions With<TOwn>(TOwn own)
        where TOwn : class, new() => new(own.Equals(Unset<TOwn>.Value) ? told.Remove(typeof(TOwn)) : told.SetItem(typeof(TOwn), own));

    /// <inheritdoc/>
    public bool Equals(MethodOptions? other) =>
        other is not null && told.Count == other.told.Count
            && told.All(pair => other.told.TryGetValue(pair.Key, out var own) && pair.Value.Equals(own));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MethodOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => told.Values.Aggregate(0, (hash, own) => hash ^ own.GetHashCode());

    // Made once: a relaxation may read its options in every pass, which allocates nothing.
    private static class Unset<TOwn>
        where TOwn : class, new()
    {
        public static readonly TOwn Value = new();
    }
}
