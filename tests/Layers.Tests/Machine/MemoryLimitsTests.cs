using MIOpenDarts.Layers.Machine;

namespace MIOpenDarts.Layers.Tests.Machine;

/// <summary>What limits a process's memory, read from trees of files as machines and containers of several kinds have them.</summary>
public sealed class MemoryLimitsTests : IDisposable
{
    private const long MiB = 1 << 20;
    private readonly string root = Directory.CreateTempSubdirectory("miopendarts-").FullName;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public void A_machine_without_groups_has_what_is_available_and_its_swap()
    {
        Machine(available: 1000, swapFree: 24);
        Assert.Equal(new MemoryLimit("the machine has 2000 MiB", 1024 * MiB), Assert.Single(MemoryLimits.Read(root).All));
    }

    [Fact]
    public void Where_no_file_tells_nothing_limits() => Assert.Null(MemoryLimits.Read(root).Least);

    [Fact]
    public void A_container_of_version_2_has_its_maximum_without_what_it_uses()
    {
        Machine(available: 8000);
        Second("", max: "419430400", current: 100 * MiB);
        Assert.Equal(new MemoryLimit("memory.max of the container is 400 MiB, /sys/fs/cgroup", 300 * MiB), MemoryLimits.Read(root).Least);
    }

    [Fact]
    public void Pages_of_files_in_a_cache_do_not_count_as_used()
    {
        Second("", max: $"{400 * MiB}", current: 390 * MiB,
            statistics: $"anon {MiB}\ninactive_file {200 * MiB}\nactive_file {100 * MiB}\n");
        Assert.Equal(310 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Theory]
    [InlineData("max")]
    [InlineData("")]
    public void No_number_is_no_limit(string max)
    {
        Machine(available: 1000);
        Second("", max, current: 100 * MiB);
        Assert.Equal("the machine has 2000 MiB", MemoryLimits.Read(root).Least!.Name);
    }

    [Theory]
    [InlineData("sys/fs/cgroup/memory.current")]
    [InlineData("sys/fs/cgroup/memory.max")]
    [InlineData("sys/fs/cgroup/memory.stat")]
    [InlineData("proc/self/cgroup")]
    [InlineData("proc/self/mountinfo")]
    [InlineData("proc/self/limits")]
    [InlineData("proc/self/status")]
    public void A_file_that_cannot_be_read_limits_nothing(string file)
    {
        Assert.SkipUnless(File.Exists("/proc/self/mem"), "needs a file whose first byte cannot be read; run this on Linux");
        Machine(available: 1000);
        Second("", max: "max", current: 100 * MiB);
        Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
        File.Delete(In(file));
        File.CreateSymbolicLink(In(file), "/proc/self/mem");
        Assert.Equal("the machine has 2000 MiB", MemoryLimits.Read(root).Least!.Name);
    }

    [Fact]
    public void A_soft_limit_of_version_2_counts_too()
    {
        Second("", max: $"{400 * MiB}", current: 100 * MiB, high: $"{250 * MiB}");
        Assert.Equal(("memory.high of the container is 250 MiB, /sys/fs/cgroup", 150 * MiB),
            (MemoryLimits.Read(root).Least!.Name, MemoryLimits.Read(root).Least!.Free));
    }

    [Fact]
    public void Of_nested_groups_the_tightest_counts_with_what_all_in_it_use()
    {
        Group("0::/user.slice/job.scope\n");
        Second("user.slice/job.scope", max: $"{900 * MiB}", current: 100 * MiB);
        Second("user.slice", max: $"{1000 * MiB}", current: 850 * MiB);
        Second("", max: "max", current: 5000 * MiB);
        Assert.Equal(new MemoryLimit("memory.max of the container is 1000 MiB, /sys/fs/cgroup/user.slice", 150 * MiB),
            MemoryLimits.Read(root).Least);
        Second("user.slice/job.scope", max: $"{200 * MiB}", current: 100 * MiB);
        Assert.Equal(new MemoryLimit("memory.max of the container is 200 MiB, /sys/fs/cgroup/user.slice/job.scope", 100 * MiB),
            MemoryLimits.Read(root).Least);
    }

    [Fact]
    public void Swap_that_a_group_may_use_is_room_as_far_as_the_machine_has_any()
    {
        Machine(available: 8000, swapFree: 300);
        Second("", max: $"{400 * MiB}", current: 100 * MiB);
        File.WriteAllText(In("sys/fs/cgroup/memory.swap.max"), $"{50 * MiB}\n");
        File.WriteAllText(In("sys/fs/cgroup/memory.swap.current"), $"{20 * MiB}\n");
        Assert.Equal(330 * MiB, MemoryLimits.Read(root).Least!.Free);
        File.WriteAllText(In("sys/fs/cgroup/memory.swap.max"), "max\n");
        Assert.Equal(600 * MiB, MemoryLimits.Read(root).Least!.Free);
        Machine(available: 8000);
        Assert.Equal(300 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void A_container_of_version_1_has_the_limit_of_its_own_folder()
    {
        Group("9:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n");
        First("docker/abc", limit: 400 * MiB, usage: 100 * MiB,
            $"inactive_file {MiB}\ntotal_inactive_file {30 * MiB}\ntotal_active_file {20 * MiB}\n");
        First("", limit: 9223372036854771712, usage: 5000 * MiB);
        Assert.Equal(new MemoryLimit("memory.limit_in_bytes of the container is 400 MiB, /sys/fs/cgroup/memory/docker/abc", 350 * MiB),
            MemoryLimits.Read(root).Least);
    }

    [Fact]
    public void A_container_that_sees_only_its_part_of_version_1_finds_it_by_its_mounts()
    {
        Group("4:memory:/docker/abc\n");
        Write("proc/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:9 - cgroup " +
            "cgroup rw,memory\n");
        First("", limit: 400 * MiB, usage: 100 * MiB);
        Assert.Equal(300 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void A_limit_above_what_a_container_of_version_1_sees_is_found_in_its_statistics()
    {
        Group("4:memory:/\n");
        First("", limit: 9223372036854771712, usage: 100 * MiB, $"hierarchical_memory_limit {250 * MiB}\n");
        Assert.Equal(150 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void A_machine_with_both_versions_is_limited_by_the_one_that_has_memory()
    {
        Machine(available: 8000);
        Group("4:memory:/job\n1:cpu:/\n0::/job\n");
        Write("proc/self/mountinfo",
            "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup " +
                "rw,memory\n41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
        First("job", limit: 300 * MiB, usage: 100 * MiB);
        Write("sys/fs/cgroup/unified/job/cgroup.procs", "1\n");
        Assert.Equal(200 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void Group_folders_that_are_not_there_are_passed_over_on_the_way_up()
    {
        Group("0::/not/visible\n");
        Second("", max: $"{400 * MiB}", current: 100 * MiB);
        Assert.Equal(300 * MiB, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void Limits_of_a_shell_count_without_what_the_process_has()
    {
        Machine(available: 8000);
        Write("proc/self/status", "Name:\tdotnet\nVmSize:\t 2048000 kB\nVmData:\t  512000 kB\n");
        Write("proc/self/limits",
            """
            Limit                     Soft Limit           Hard Limit           Units
            Max data size             1073741824           unlimited            bytes
            Max resident set          1048576              unlimited            bytes
            Max address space         3145728000           unlimited            bytes

            """);
        Assert.Equal(
            [new MemoryLimit("the machine has 2000 MiB", 8000 * MiB), new MemoryLimit("ulimit -v allows 3000 MiB", 1000 * MiB),
                new MemoryLimit("ulimit -d allows 1024 MiB", 524 * MiB)],
            MemoryLimits.Read(root).All);
        Assert.Equal(["ulimit -v", "ulimit -d"], MemoryLimits.Read(root).Own.Select(limit => limit.Name[..9]));
    }

    [Fact]
    public void A_limit_that_is_overstepped_already_leaves_nothing()
    {
        Second("", max: $"{100 * MiB}", current: 120 * MiB);
        Assert.Equal(0, MemoryLimits.Read(root).Least!.Free);
    }

    [Fact]
    public void This_machine_tells_something_and_the_runtime_agrees_that_there_is_memory()
    {
        Assert.InRange(MemoryLimits.Here().Least!.Free, 1, long.MaxValue);
        Assert.InRange(MemoryLimits.ManagedHeap().Free, 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
    }

    private string In(string name) => Path.Combine(root, name);

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(In(name))!);
        File.WriteAllText(In(name), text);
    }

    private void Machine(long available, long swapFree = 0) =>
        Write("proc/meminfo",
            $"MemTotal:       2048000 kB\nMemAvailable:   {available << 10} kB\nHugePages_Total:       0\nSwapFree:       " +
            $"{swapFree << 10} kB\n");

    private void Group(string lines) => Write("proc/self/cgroup", lines);

    private void Second(string group, string max, long current, string high = "max", string statistics = "anon 1\n")
    {
        if (!File.Exists(In("proc/self/cgroup"))) Group("0::/\n");
        var folder = Path.Combine("sys/fs/cgroup", group);
        Write(Path.Combine(folder, "memory.max"), max + "\n");
        Write(Path.Combine(folder, "memory.high"), high + "\n");
        Write(Path.Combine(folder, "memory.current"), $"{current}\n");
        Write(Path.Combine(folder, "memory.stat"), statistics);
    }

    private void First(string group, long limit, long usage, string statistics = "cache 1\n")
    {
        var folder = Path.Combine("sys/fs/cgroup/memory", group);
        Write(Path.Combine(folder, "memory.limit_in_bytes"), $"{limit}\n");
        Write(Path.Combine(folder, "memory.usage_in_bytes"), $"{usage}\n");
        Write(Path.Combine(folder, "memory.stat"), statistics);
    }
}
