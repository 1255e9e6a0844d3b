using System.Security.Cryptography;
using System.Text;
using MIOpenDarts.Interop.Rtc;

namespace MIOpenDarts.Layers.Backends.MIOpen.Kernels;

/// <summary>The texts of <c>native/kernels</c>, which are embedded in this assembly.</summary>
internal static class KernelSources
{
    private const string Prelude = "prelude.hip";

    private const string Include = "#include \"";

    /// <summary>Files with kernels in them.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. typeof(KernelSources).Assembly.GetManifestResourceNames()
            .Where(n => n.EndsWith(".hip", StringComparison.Ordinal) && Kernels(n).Count > 0).Order(StringComparer.Ordinal),
    ];

    /// <summary>A short hash of everything that is compiled for an architecture, and of what it is compiled with.</summary>
    public static string Version(string architecture)
    {
        var all = Files.Select(file => Read(file, architecture))
            .SelectMany(source => source.Options.Prepend(source.Text).Prepend(source.Name));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', all))))[..12];
    }

    /// <summary>The kernels of a file.</summary>
    public static IReadOnlyList<string> Kernels(string file) =>
    [
        .. Text(file).Split('\n').Where(l => l.StartsWith("KERNEL ", StringComparison.Ordinal))
            .Select(l => l["KERNEL ".Length..l.IndexOf('(', StringComparison.Ordinal)]),
    ];

    /// <summary>
    /// A file as hipRTC gets it, with the host's constants and the sizes of its structs. Waves have 64 lanes on every architecture.
    /// </summary>
    /// <param name="file">One of <see cref="Files"/>.</param>
    /// <param name="architecture">The target, for example gfx803.</param>
    public static KernelSource Read(string file, string architecture) =>
        new(file, Text(Prelude) + Expanded(file), architecture, ["-O3", "-mwavefrontsize64", .. KernelConstants.CompilerOptions]);

    // The compiler gets one text, so what a file includes is put in here.
    private static string Expanded(string file) =>
        string.Join('\n', Text(file).Split('\n').Select(l =>
            l.StartsWith(Include, StringComparison.Ordinal) ? Expanded(l[Include.Length..^1]) : l)) + KernelStruct.Assertions(file);

    private static string Text(string file)
    {
        using var stream = typeof(KernelSources).Assembly.GetManifestResourceStream(file)
            ?? throw new ArgumentException($"There is no kernel file {file}; there are {string.Join(", ", Files)}.", nameof(file));
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
