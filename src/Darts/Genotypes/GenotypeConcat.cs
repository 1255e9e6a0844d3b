using System.Collections;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// The states whose channels a cell concatenates into its output. Remembers whether it was written as a range,
/// because the official text tells <c>range(2, 6)</c> and <c>[2, 3, 4, 5]</c> apart; equality does not.
/// </summary>
public sealed class GenotypeConcat : IReadOnlyList<int>, IEquatable<GenotypeConcat>
{
    internal const int MaxStates = 1000;

    private readonly int[] states;

    private GenotypeConcat(int[] states, bool isRange)
    {
        this.states = states;
        IsRange = isRange;
    }

    /// <summary>Whether the text form is <c>range(start, stop)</c>.</summary>
    public bool IsRange { get; }

    /// <inheritdoc/>
    public int Count => states.Length;

    /// <inheritdoc/>
    public int this[int index] => states[index];

    /// <summary>The states from <paramref name="start"/> up to, and without, <paramref name="stop"/>.</summary>
    /// <exception cref="ArgumentException">The range is empty, starts below 0 or is longer than any cell.</exception>
    public static GenotypeConcat Range(int start, int stop)
    {
        if (start < 0 || stop <= start) throw new ArgumentException($"range({start}, {stop}) holds no state");
        if (stop > MaxStates) throw new ArgumentException($"range({start}, {stop}) ends beyond state {MaxStates}");
        return new GenotypeConcat(Enumerable.Range(start, stop - start).ToArray(), isRange: true);
    }

    /// <summary>The states named one by one, in this order.</summary>
    /// <exception cref="ArgumentException">There is none, one is negative, or one occurs twice.</exception>
    public static GenotypeConcat List(params ReadOnlySpan<int> states)
    {
        var copy = states.ToArray();
        if (copy.Length == 0) throw new ArgumentException("a cell must concatenate at least one state");
        if (copy.Min() < 0) throw new ArgumentException($"state {copy.Min()} is negative");
        if (copy.Distinct().Count() != copy.Length) throw new ArgumentException($"a state occurs twice in [{string.Join(", ", copy)}]");
        return new GenotypeConcat(copy, isRange: false);
    }

    /// <summary>
    /// States of a form that cannot say whether they are a range: consecutive ones are, as the official search writes them.
    /// </summary>
    /// <exception cref="ArgumentException">There is none, one is negative, or one occurs twice.</exception>
    public static GenotypeConcat From(params ReadOnlySpan<int> states)
    {
        for (var i = 0; i < states.Length; i++)
            if (states[i] < 0 || states[i] - i != states[0]) return List(states);
        return states.IsEmpty ? List(states) : Range(states[0], states[^1] + 1);
    }

    /// <summary>The official text: <c>range(2, 6)</c> or <c>[2, 3, 4, 5]</c>.</summary>
    public override string ToString() => IsRange ? $"range({states[0]}, {states[^1] + 1})" : $"[{string.Join(", ", states)}]";

    /// <inheritdoc/>
    public bool Equals(GenotypeConcat? other) => other is not null && states.AsSpan().SequenceEqual(other.states);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GenotypeConcat);

    /// <inheritdoc/>
    public override int GetHashCode() => states.Aggregate(0, HashCode.Combine);

    /// <inheritdoc/>
    public IEnumerator<int> GetEnumerator() => states.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
