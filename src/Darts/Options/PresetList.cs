namespace MIOpenDarts.Darts.Options;

/// <summary>Named settings to start from.</summary>
/// <typeparam name="TSettings">What a name stands for.</typeparam>
/// <param name="presets">All of them, in the order in which they are shown.</param>
internal sealed class PresetList<TSettings>(params (string Name, TSettings Settings)[] presets)
{
    /// <summary>Known names.</summary>
    public IReadOnlyList<string> Names { get; } = Array.AsReadOnly(Array.ConvertAll(presets, preset => preset.Name));

    /// <summary>The settings of this name, in any case.</summary>
    /// <exception cref="OptionsException">The name is unknown; the message lists the known ones.</exception>
    public TSettings this[string name]
    {
        get
        {
            foreach (var preset in presets)
                if (string.Equals(preset.Name, name, StringComparison.OrdinalIgnoreCase)) return preset.Settings;
            throw new OptionsException([ValidationError.NotAllowed("preset", $"'{name}'", string.Join(", ", Names))]);
        }
    }
}
