namespace MIOpenDarts.Interop.Loading;

/// <summary>Under which file names each ROCm major ships each library.</summary>
internal static class Sonames
{
    /// <summary>The majors whose ABI the bindings were proven against, the one preferred first.</summary>
    public static ReadOnlySpan<int> Majors => [7, 6, 5];

    /// <summary>The names to try, in order. hipRTC moved out of the HIP runtime in 6 and left it for good in 7.</summary>
    public static string[] Of(RocmLibrary library, int major) => (library, major) switch
    {
        (RocmLibrary.Hip, _) => [$"libamdhip64.so.{major}"],
        (RocmLibrary.HipRtc, 7) => ["libhiprtc.so.7"],
        (RocmLibrary.HipRtc, 6) => ["libhiprtc.so.6", "libamdhip64.so.6"],
        (RocmLibrary.HipRtc, _) => ["libamdhip64.so.5"],
        (RocmLibrary.MIOpen, _) => ["libMIOpen.so.1"],
        (RocmLibrary.HipBlas, 7) => ["libhipblas.so.3"],
        (RocmLibrary.HipBlas, 6) => ["libhipblas.so.2"],
        (RocmLibrary.HipBlas, _) => ["libhipblas.so.1", "libhipblas.so.0"],
        _ => throw new ArgumentOutOfRangeException(nameof(library)),
    };

    /// <summary>The name that the generated imports carry, or null for one of somebody else.</summary>
    public static RocmLibrary? FromImport(string name) => name switch
    {
        "amdhip64" => RocmLibrary.Hip,
        "hiprtc" => RocmLibrary.HipRtc,
        "MIOpen" => RocmLibrary.MIOpen,
        "hipblas" => RocmLibrary.HipBlas,
        _ => null,
    };

    /// <summary>The HIP major in a name such as libamdhip64.so.6.4.43484, or null.</summary>
    public static int? HipMajor(ReadOnlySpan<char> name)
    {
        const string stem = "libamdhip64.so.";
        var at = name.IndexOf(stem, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }
        var rest = name[(at + stem.Length)..];
        var digits = rest.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? rest : rest[..digits], out var major) ? major : null;
    }
}
