using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Layers.Backends.MIOpen.Convolutions;

/// <summary>
/// Whose times decide between solvers. Times of one source say nothing of another: cards of the same architecture differ, the interpreter's
/// are no card's, and modelled ones hold for one card with one set of constants.
/// </summary>
/// <param name="Architecture">For example gfx803.</param>
/// <param name="Card">The name that the device reports.</param>
/// <param name="Driver">Version of the driver.</param>
/// <param name="MIOpen">Version of MIOpen.</param>
internal sealed unsafe record TimingSource(string Architecture, string Card, int Driver, Version MIOpen)
{
    private const string UserDatabase = "MIOPEN_USER_DB_PATH";
    private const int HashCharacters = 12;

    /// <summary><see cref="TimeModel.Constants"/> where times are modelled; null where a clock takes them.</summary>
    public string? Constants { get; init; } = TimeModel.Here()?.Constants;

    /// <summary>Whether no kernel is executed, so that times are of nothing.</summary>
    public bool IsDry { get; init; } = TimeModel.IsDry;

    /// <summary>A file name that differs wherever times may.</summary>
    public string Name =>
        string.Create(CultureInfo.InvariantCulture, $"{Architecture}-{Driver}-{MIOpen}-{Plain(Card)}")
        + (Constants is null ? "" : $"-modelled-{Hash(Constants)}") + (IsDry ? "-dry" : "");

    /// <summary>The choices that were made by these times; those of a dry run are not kept.</summary>
    /// <param name="folder">Of all memories.</param>
    public SolverMemory Open(string folder) => new(IsDry ? null : Path.Combine(folder, $"{Name}.tsv"));

    /// <summary>
    /// Gives MIOpen a place of its own for what it remembers, before it is first used in this process: it tells cards apart by architecture
    /// and number of compute units, which those that the virtual gfx803 stands for share. On a real card, and where the user chose a place,
    /// nothing is changed.
    /// </summary>
    /// <param name="folder">Of all memories.</param>
    public void SeparateMIOpen(string folder)
    {
        if (!TimeModel.IsVirtual || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(UserDatabase))) return;
        var own = Path.GetFullPath(Path.Combine(folder, Name));
        try
        {
            Directory.CreateDirectory(own);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // MIOpen remembers nothing then.
        }

        // MIOpen looks at the process's environment, which .NET's own copy of it does not change.
        fixed (byte* name = Encoding.UTF8.GetBytes(UserDatabase + '\0'), path = Encoding.UTF8.GetBytes(own + '\0'))
        {
            _ = setenv(name, path, 1);
        }
    }

    private static string Plain(string card) =>
        string.Concat(card.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'))
            .Replace("--", "-", StringComparison.Ordinal).Trim('-');

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..HashCharacters];

    [DllImport("libc")]
    private static extern int setenv(byte* name, byte* value, int overwrite);
}
