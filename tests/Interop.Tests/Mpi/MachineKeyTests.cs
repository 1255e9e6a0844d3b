using MIOpenDarts.Interop.Mpi;

namespace MIOpenDarts.Interop.Tests.Mpi;

public sealed class MachineKeyTests
{
    [Fact]
    public void Processes_are_of_one_machine_where_kernel_and_name_are_the_same()
    {
        // Cloned images, and containers of one kernel.
        (string Boot, string Name)[] machines =
            [("7a\n", "node"), ("7b\n", "node"), ("7a\n", "node"), ("7a\n", "pod"), ("", "node"), ("", "node")];
        long[] keys = [.. machines.Select(machine => MachineKey.Of(machine.Boot, machine.Name))];
        Assert.Equal([0, 2], MachineKey.SameAs(keys, 2));
        Assert.Equal([1], MachineKey.SameAs(keys, 1));
        Assert.Equal([3], MachineKey.SameAs(keys, 3));
        Assert.Equal([4, 5], MachineKey.SameAs(keys, 4));
    }
}
