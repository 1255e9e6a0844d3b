using System.Security.Cryptography;

namespace MIOpenDarts.Interop.Rtc;

/// <summary>
/// Code objects on disk, one file each, named by a hash of what they were made from. A file is written under another name and then renamed,
/// so that readers see all of it or nothing, however many processes write; it carries its own checksum, so that a damaged one is found out
/// and made anew. A folder that cannot be written is no error: then everything is compiled each time.
/// </summary>
public sealed class CodeObjectCache
{
    private const int ChecksumBytes = 32;
    private static ReadOnlySpan<byte> Magic => "MDCO1\n\0\0"u8;

    /// <summary>A cache in a folder, which is created with the first entry.</summary>
    public CodeObjectCache(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        Directory = Path.GetFullPath(directory);
    }

    /// <summary>The folder.</summary>
    public string Directory { get; }

    /// <summary>The cache in MIOPENDARTS_CACHE or, without it, in the user's cache directory (XDG_CACHE_HOME, ~/.cache).</summary>
    public static CodeObjectCache Default()
    {
        if (Environment.GetEnvironmentVariable("MIOPENDARTS_CACHE") is { Length: > 0 } chosen)
        {
            return new CodeObjectCache(Path.Combine(chosen, "kernels"));
        }
        var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        return new CodeObjectCache(Path.Combine(root, "miopendarts", "kernels"));
    }

    /// <summary>The file of a key.</summary>
    internal string PathOf(string key) => Path.Combine(Directory, key[..2], key + ".co");

    /// <summary>The code object of a key, or null if it is not there or not whole.</summary>
    internal byte[]? TryRead(string key)
    {
        try
        {
            var file = File.ReadAllBytes(PathOf(key));
            var start = Magic.Length + ChecksumBytes;
            if (file.Length <= start || !file.AsSpan().StartsWith(Magic))
            {
                return null;
            }
            var code = file[start..];
            return SHA256.HashData(code).AsSpan().SequenceEqual(file.AsSpan(Magic.Length, ChecksumBytes)) ? code : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Keeps a code object, if the folder allows.</summary>
    internal void Write(string key, ReadOnlySpan<byte> code)
    {
        var path = PathOf(key);
        var partial = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.part";
        try
        {
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = File.Create(partial))
            {
                file.Write(Magic);
                file.Write(SHA256.HashData(code));
                file.Write(code);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            TryDelete(partial);
        }
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder went away or is read-only: there is nothing to tidy.
        }
    }
}
