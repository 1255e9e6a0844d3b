using CsCheck;
using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Tests.Inside;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Rtc;

public sealed class CodeObjectCacheTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kernel-cache");
    private readonly CodeObjectCache cache;

    public CodeObjectCacheTests() => cache = new CodeObjectCache(folder.FullName);

    private static string Key => new KernelSource("a.hip", "text", "gfx803", "-O3").Key("compiler");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_is_written_is_read_back_and_what_is_not_there_is_null()
    {
        Assert.Null(cache.TryRead(Key));
        Gen.Byte.Array[1, 5000].Holds(code =>
        {
            cache.Write(Key, code);
            Assert.Equal(code, cache.TryRead(Key));
        }, 50);
    }

    [Fact]
    public void Every_single_damage_is_noticed()
    {
        var code = Enumerable.Range(0, 300).Select(i => (byte)i).ToArray();
        cache.Write(Key, code);
        var path = cache.PathOf(Key);
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(path, damaged);
            Assert.Null(cache.TryRead(Key));
            File.WriteAllBytes(path, whole[..at]);
            Assert.Null(cache.TryRead(Key));
        }
        cache.Write(Key, code);
        Assert.Equal(code, cache.TryRead(Key));
    }

    [Fact]
    public void Whoever_reads_while_others_write_gets_one_of_the_versions_or_nothing()
    {
        // Threads with a cache object each share nothing but the files, as processes do.
        Parallel.For(0, 8, writer =>
        {
            var own = new CodeObjectCache(folder.FullName);
            for (var round = 0; round < 100; round++)
            {
                own.Write(Key, Enumerable.Repeat((byte)writer, 20_000).ToArray());
                var read = own.TryRead(Key);
                Assert.True(read is not null && read.Length == 20_000 && read.All(b => b == read[0]));
            }
        });
        Assert.Empty(folder.EnumerateFiles("*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Processes_that_write_the_same_entry_do_not_disturb_one_another()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => World.RunWithNothingAsync<CacheInside>(folder.FullName)));
        Assert.Empty(folder.EnumerateFiles("*.part", SearchOption.AllDirectories));
        Assert.Single(folder.EnumerateFiles("*.co", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_folder_that_cannot_be_is_no_error()
    {
        var file = Path.Combine(folder.FullName, "file");
        File.WriteAllText(file, "");
        var impossible = new CodeObjectCache(Path.Combine(file, "below"));
        impossible.Write(Key, [1, 2, 3]);
        Assert.Null(impossible.TryRead(Key));
    }

    [Fact]
    public void The_key_changes_with_everything_that_may_change_the_code()
    {
        var source = new KernelSource("a.hip", "text", "gfx803", "-O3", "-DX=1");
        KernelSource[] others =
        [
            source with { Name = "b.hip" }, source with { Text = "text " }, source with { Architecture = "gfx900" },
            source with { Options = ["-O3"] },
            source with { Options = ["-DX=1", "-O3"] }, source with { Options = ["-O3-DX=1"] },
            source with { Options = ["-O3", "-DX=1", ""] },
        ];
        var keys = others.Select(o => o.Key("compiler")).Append(source.Key("compiler")).Append(source.Key("compiler 2")).ToArray();
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(source.Key("compiler"), new KernelSource("a.hip", "text", "gfx803", "-O3", "-DX=1").Key("compiler"));
    }
}
