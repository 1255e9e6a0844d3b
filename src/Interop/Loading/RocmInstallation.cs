using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace MIOpenDarts.Interop.Loading;

/// <summary>
/// One ROCm installation of one major, chosen once by its HIP runtime; the other libraries are loaded when first needed, and only if they
/// belong to the same major.
/// </summary>
internal sealed class RocmInstallation(IReadOnlyList<string> places)
{
    private readonly Lock gate = new();
    private readonly Dictionary<RocmLibrary, (nint Handle, string Path)> loaded = [];
    private readonly Dictionary<RocmLibrary, string> failures = [];
    private int? major;

    /// <summary>The ROCm major in use, or null as long as no HIP runtime was loaded.</summary>
    public int? Major
    {
        get
        {
            lock (gate)
            {
                return major;
            }
        }
    }

    /// <summary>Loads a library, or says why it cannot be had. The answer never changes.</summary>
    public bool TryLoad(RocmLibrary library, out nint handle, out string path, [NotNullWhen(false)] out string? failure)
    {
        lock (gate)
        {
            if (!loaded.ContainsKey(library) && !failures.ContainsKey(library))
            {
                if (library != RocmLibrary.Hip && !TryLoad(RocmLibrary.Hip, out _, out _, out var noRuntime))
                {
                    failures[library] = noRuntime;
                }
                else
                {
                    Search(library);
                }
            }
            var found = loaded.TryGetValue(library, out var entry);
            (handle, path) = entry;
            failure = found ? null : failures[library];
            return found;
        }
    }

    private void Search(RocmLibrary library)
    {
        var tried = new List<string>();
        foreach (var place in places)
        {
            foreach (var candidateMajor in library == RocmLibrary.Hip ? MajorsIn(place) : [major!.Value])
            {
                foreach (var soname in Sonames.Of(library, candidateMajor))
                {
                    if (TryOne(library, place, soname, tried, out var handle))
                    {
                        major ??= candidateMajor;
                        loaded[library] = (handle, Path.Combine(place, soname));
                        return;
                    }
                }
            }
        }
        failures[library] = FailureText.Of(library, major, tried, places);
    }

    private bool TryOne(RocmLibrary library, string place, string soname, List<string> tried, out nint handle)
    {
        handle = 0;
        if (SearchPlaces.Candidate(place, soname) is not { } candidate)
        {
            return false;
        }
        if (library == RocmLibrary.MIOpen && place != SearchPlaces.Loader && HipMajorNeededBy(candidate) is { } other && other != major)
        {
            tried.Add($"{candidate}: is linked with ROCm {other}, but the HIP runtime in use is ROCm {major}");
            return false;
        }
        try
        {
            handle = NativeLibrary.Load(candidate);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            tried.Add(place == SearchPlaces.Loader ? $"{soname}: not known to the system loader" : $"{candidate}: {FailureText.Reason(e)}");
            return false;
        }
    }

    /// <summary>Where MIOpen is, its own HIP decides: loading another one beside it would put two runtimes into the process.</summary>
    private static int[] MajorsIn(string place)
    {
        var miopen = place == SearchPlaces.Loader ? null : SearchPlaces.Candidate(place, Sonames.Of(RocmLibrary.MIOpen, 0)[0]);
        return miopen is not null && HipMajorNeededBy(miopen) is { } needed ? [needed] : Sonames.Majors.ToArray();
    }

    private static int? HipMajorNeededBy(string path)
    {
        try
        {
            return ElfFile.Read(path).Needed().Select(name => Sonames.HipMajor(name)).FirstOrDefault(m => m is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
