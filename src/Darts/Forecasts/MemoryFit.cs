using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Forecasts;

/// <summary>An option that a run needs less memory with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Step">Its least value, of which it is a multiple.</param>
/// <param name="With">The options with another value.</param>
internal sealed record MemoryKnob<TOptions>(string Name, Func<TOptions, int> Value, int Step, Func<TOptions, int, TOptions> With);

/// <summary>Refuses options that need more memory than there is, and finds such that fit by building them with memory that is only counted.</summary>
/// <param name="room">What there is.</param>
/// <param name="need">What some options need.</param>
/// <param name="knobs">What may be smaller.</param>
internal sealed class MemoryFit<TOptions>(MemoryRoom room, Func<TOptions, MemoryNeed> need, IReadOnlyList<MemoryKnob<TOptions>> knobs)
{
    /// <summary>Refuses.</summary>
    /// <param name="what">What needs the memory, for the message.</param>
    /// <param name="options">With these options.</param>
    /// <exception cref="PlanDoesNotFitException">It does not fit; the message has the need, what there is, and settings that fit.</exception>
    public void Require(string what, TOptions options)
    {
        string wanted;
        try
        {
            var needed = need(options);
            if (room.Missing(needed) is not { } missing) return;
            wanted = $"{what} needs {needed}, but may take {missing}";
        }
        catch (PlanDoesNotFitException e)
        {
            wanted = e.Message;
        }

        var found = knobs.Select(knob => Largest(knob, options)).Append(Together(options)).OfType<string>().Distinct().Take(3).ToList();
        throw new PlanDoesNotFitException($"{wanted}. {(found.Count > 0 ? $"What would fit: {string.Join("; or ", found)}" : "Nothing smaller fits either: free some memory")}");
    }

    private bool Fits(TOptions options)
    {
        try
        {
            return room.Missing(need(options)) is null;
        }
        catch (PlanDoesNotFitException)
        {
            return false;
        }
    }

    private string? Largest(MemoryKnob<TOptions> knob, TOptions options) =>
        LargestSetting.Below(knob.Value(options), knob.Step, knob.Step, value => Fits(knob.With(options, value))) is { } value ? $"{knob.Name} {value}" : null;

    // Where one option alone asks too much of itself, each gives a half, and again.
    private string? Together(TOptions options)
    {
        var smaller = options;
        do
        {
            var before = smaller;
            foreach (var knob in knobs) smaller = knob.With(smaller, Math.Max(1, knob.Value(smaller) / knob.Step / 2) * knob.Step);
            if (Fits(smaller)) return string.Join(" with ", knobs.Select(knob => $"{knob.Name} {knob.Value(smaller)}"));
            if (knobs.All(knob => knob.Value(before) == knob.Value(smaller))) return null;
        }
        while (true);
    }
}
