using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Loading;

/// <summary>
/// Finds and loads the ROCm libraries. Nothing is loaded before it is needed, and a machine without them gets an answer rather than an
/// exception from every member here but <see cref="Require"/>.
/// </summary>
public static class Rocm
{
    private static readonly Lock Gate = new();
    private static string? configured;
    private static RocmInstallation? installation;

    /// <summary>The ROCm major in use (5, 6 or 7), or null when there is no HIP runtime.</summary>
    public static int? Major => IsAvailable(RocmLibrary.Hip) ? Installation.Major : null;

    private static RocmInstallation Installation
    {
        get
        {
            lock (Gate)
            {
                return installation ??= new RocmInstallation(SearchPlaces.All(configured, Environment.GetEnvironmentVariable));
            }
        }
    }

    /// <summary>
    /// Names the ROCm folder to look in first, before MIOPENDARTS_ROCM, ROCM_PATH, /opt/rocm and the system loader.
    /// </summary>
    /// <param name="directory">The folder with the libraries, or the one above its lib folder.</param>
    /// <exception cref="InvalidOperationException">
    /// A library was already asked for: the choice is made and cannot change any more.
    /// </exception>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    public static void Configure(string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        lock (Gate)
        {
            if (installation is not null)
            {
                throw new InvalidOperationException(
                    $"The ROCm libraries were already looked for; call {nameof(Rocm)}.{nameof(Configure)}(\"{directory}\") "
                    + "before the first use of a GPU.");
            }
            if (!Directory.Exists(directory))
            {
                throw new DirectoryNotFoundException(
                    $"The ROCm folder {directory} does not exist; name the one that has lib/libamdhip64.so.* in it.");
            }
            configured = Path.GetFullPath(directory);
        }
    }

    /// <summary>Whether the library can be loaded (and loads it). Never throws.</summary>
    public static bool IsAvailable(RocmLibrary library) => Installation.TryLoad(library, out _, out _, out _);

    /// <summary>Why the library cannot be loaded: what was tried, likely causes, cures. Null when it can.</summary>
    public static string? WhyUnavailable(RocmLibrary library) =>
        Installation.TryLoad(library, out _, out _, out var failure) ? null : failure;

    /// <summary>The file that the library was loaded from (a bare name if the system loader found it), or null.</summary>
    public static string? PathOf(RocmLibrary library) => Installation.TryLoad(library, out _, out var path, out _) ? path : null;

    /// <summary>Loads the library.</summary>
    /// <exception cref="RocmNotFoundException">It cannot be loaded; the message says what was tried and what may help.</exception>
    public static void Require(RocmLibrary library)
    {
        if (!Installation.TryLoad(library, out _, out _, out var failure))
        {
            throw new RocmNotFoundException(library, failure);
        }
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255",
        Justification = "The resolver has to be there before the first import of this assembly, whichever that is.")]
    internal static void InstallResolver() => NativeLibrary.SetDllImportResolver(typeof(Rocm).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (Sonames.FromImport(name) is not { } library)
        {
            return 0;
        }
        return Installation.TryLoad(library, out var handle, out _, out var failure)
            ? handle
            : throw new RocmNotFoundException(library, failure);
    }
}
