namespace MIOpenDarts.Interop.Loading;

/// <summary>Where libraries are looked for, in order.</summary>
internal static class SearchPlaces
{
    /// <summary>The environment variable that names the ROCm installation to use.</summary>
    public const string Variable = "MIOPENDARTS_ROCM";

    /// <summary>Stands for the system loader's own search (ld.so.cache), after every folder.</summary>
    public const string Loader = "";

    /// <summary>
    /// The configured folder, MIOPENDARTS_ROCM, ROCM_PATH and /opt/rocm (each as it is, and its lib folders), then the folders that the
    /// system loader searches and, last, the loader itself. The loader's folders are listed because a file has to be looked into before it
    /// is loaded: libMIOpen.so.1 is one name for two ROCm majors.
    /// </summary>
    public static IReadOnlyList<string> All(string? configured, Func<string, string?> environment)
    {
        var places = new List<string>();
        foreach (var root in new[] { configured, environment(Variable), environment("ROCM_PATH"), "/opt/rocm" })
        {
            if (!string.IsNullOrWhiteSpace(root))
            {
                places.AddRange([root, Path.Combine(root, "lib"), Path.Combine(root, "lib64"), Path.Combine(root, "lib/x86_64-linux-gnu")]);
            }
        }
        places.AddRange((environment("LD_LIBRARY_PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        places.AddRange(["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"]);
        places.Add(Loader);
        return places.Distinct().ToList();
    }

    /// <summary>What to hand to the loader for a library in a place, or null if it is certain not to be there.</summary>
    public static string? Candidate(string place, string soname)
    {
        if (place == Loader)
        {
            return soname;
        }
        var path = Path.Combine(place, soname);
        return File.Exists(path) ? path : null;
    }
}
