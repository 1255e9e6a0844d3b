using System.CommandLine;
using MIOpenDarts.Darts.Supernets;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.MIOpen;

namespace MIOpenDarts.Cli.Usage;

/// <summary>
/// The option that says how a search's cells are computed: as this program does it, or in the textbook form, operation by operation and on
/// a GPU every convolution by MIOpen, as a framework does.
/// </summary>
internal static class FormOption
{
    /// <summary>Its name.</summary>
    public const string Name = "--form";

    /// <summary>Its word for <see cref="CellForm.Textbook"/>.</summary>
    public const string Textbook = "textbook";

    private const string Shared = "shared";

    /// <summary>The option.</summary>
    public static Option<string> Create() => OptionNames.OneOf(Name, "How a search's cells are computed.", Shared, Textbook);

    /// <summary>What was typed.</summary>
    public static CellForm Of(ParseResult parsed, Option<string> option) =>
        parsed.GetValue(option) == Textbook ? CellForm.Textbook : CellForm.Shared;

    /// <summary>Leaves the textbook form to a GPU's libraries, before anything is planned on it.</summary>
    public static void Apply(CellForm form, Backend<float> backend)
    {
        if (backend is MIOpenBackend gpu) gpu.LibraryConvolutions = form == CellForm.Textbook;
    }
}
