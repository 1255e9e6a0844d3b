using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Tensors;

namespace MIOpenDarts.Darts.Forecasts;

/// <summary>An option that a run needs less memory with.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Step">Its least value, of which it is a multiple.</param>
/// <param name="With">The options with another value.</param>
internal sealed record SmallerOption<TOptions>(string Name, Func<TOptions, int> Value, int Step, Func<TOptions, int, TOptions> With);

/// <summary>
/// Refuses options that need more memory than there is, and finds such that fit by building them with memory that is only counted.
/// </summary>
/// <param name="room">What there is.</param>
/// <param name="need">What some options need; null for nothing that counts here.</param>
/// <param name="choices">What may be smaller.</param>
internal sealed class MemoryFit<TOptions>(MemoryRoom room, Func<TOptions, MemoryNeed?> need, IReadOnlyList<SmallerOption<TOptions>> choices)
{
    /// <summary>Refuses.</summary>
    /// <param name="what">What needs the memory, for the message.</param>
    /// <param name="options">With these options.</param>
    /// <exception cref="PlanDoesNotFitException">
    /// It does not fit; the message has the need, what there is, and settings that fit.
    /// </exception>
    public void Require(string what, TOptions options)
    {
        string wanted;
        try
        {
            if (need(options) is not { } all || room.Missing(all) is not var (needed, limit)) return;
            wanted = $"{what} needs {needed}{(needed == all ? "" : " in one of them")}, but may take {limit}";
        }
        catch (PlanDoesNotFitException e)
        {
            wanted = e.Message;
        }

        var found = choices.Select(option => Largest(option, options)).Append(choices.Count > 1 ? Together(options) : null)
            .OfType<string>().Distinct().Take(3).ToList();
        var cure = found.Count > 0 ? $"What would fit: {string.Join("; or ", found)}" : "Nothing smaller fits either: free some memory";
        throw new PlanDoesNotFitException($"{wanted}. {cure}");
    }

    private bool Fits(TOptions options)
    {
        try
        {
            return need(options) is not { } needed || room.Missing(needed) is null;
        }
        catch (PlanDoesNotFitException)
        {
            return false;
        }
    }

    private string? Largest(SmallerOption<TOptions> option, TOptions options) =>
        LargestSetting.Below(option.Value(options), option.Step, option.Step, value => Fits(option.With(options, value))) is { } value
            ? $"{option.Name} {value}" : null;

    // Where one option alone asks too much of itself, each gives a half, and again.
    private string? Together(TOptions options)
    {
        var smaller = options;
        do
        {
            var before = smaller;
            foreach (var option in choices)
                smaller = option.With(smaller, Math.Max(1, option.Value(smaller) / option.Step / 2) * option.Step);
            if (Fits(smaller)) return string.Join(" with ", choices.Select(option => $"{option.Name} {option.Value(smaller)}"));
            if (choices.All(option => option.Value(before) == option.Value(smaller))) return null;
        }
        while (true);
    }
}
