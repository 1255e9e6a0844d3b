using MIOpenDarts.Interop.Rtc;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in several processes at once that share a cache folder.</summary>
public sealed class CacheInside
{
    [InsideFact]
    public void Whoever_reads_while_other_processes_write_gets_one_of_the_versions()
    {
        var cache = CodeObjectCache.Default();
        var key = new KernelSource("a.hip", "text", "gfx803").Key("compiler");
        var own = Enumerable.Repeat((byte)Environment.ProcessId, 50_000).ToArray();
        for (var round = 0; round < 300; round++)
        {
            cache.Write(key, own);
            var read = cache.TryRead(key);
            Assert.True(read is not null && read.Length == own.Length && !read.AsSpan().ContainsAnyExcept(read[0]));
        }
    }
}
