using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Layers.Tests.Machine;

public sealed class PhysicalCoresTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("cores").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("0-7", 4)]
    [InlineData("0-3", 4)]
    [InlineData("0,4", 1)]
    [InlineData("0,1,5", 2)]
    public void Hardware_threads_of_one_core_count_once_and_only_those_that_are_allowed(string allowed, int cores)
    {
        for (var i = 0; i < 8; i++) Write($"cpu{i}/topology/core_cpus_list", $"{i % 4},{i % 4 + 4}");
        Assert.Equal(cores, PhysicalCores.Of(root, Write("status", $"Name:\tx\nCpus_allowed_list:\t{allowed}")));
    }

    [Fact]
    public void Kernels_of_old_have_another_name_for_it()
    {
        Write("cpu0/topology/thread_siblings_list", "0-1");
        Write("cpu1/topology/thread_siblings_list", "0-1");
        Assert.Equal(1, PhysicalCores.Of(root, Write("status", "Cpus_allowed_list:\t0-1")));
    }

    [Fact]
    public void Where_the_system_does_not_tell_nobody_knows()
    {
        Assert.Null(PhysicalCores.Of(root, Path.Combine(root, "missing")));
        Assert.Null(PhysicalCores.Of(root, Write("status", "Cpus_allowed_list:\t0-1")));
    }

    [Fact]
    public void Here_are_at_least_one_and_at_most_as_many_as_processors() =>
        Assert.InRange(PhysicalCores.Count, 1, Environment.ProcessorCount);

    private string Write(string name, string text)
    {
        var path = Path.Combine(root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
        return path;
    }
}
