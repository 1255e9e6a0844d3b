using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CsCheck;
using MIOpenDarts.Interop.Kernels;
using MIOpenDarts.Interop.Memory;

namespace MIOpenDarts.Interop.Tests.Kernels;

public sealed class KernelArgumentsTests
{
    [Fact]
    public void Arguments_lie_where_C_puts_the_members_of_a_struct()
    {
        var arguments = new KernelArguments().Add(DeviceSpan.None).Add((byte)1).Add(2.5f).Add((short)3).Add(4.5).Add((byte)5);
        var expected = new Mixed { B = 1, C = 2.5f, D = 3, E = 4.5, F = 5 };
        Assert.Equal(Unsafe.SizeOf<Mixed>() - 7, arguments.Bytes);
        Assert.True(MemoryMarshal.AsBytes(new ReadOnlySpan<Mixed>(in expected))[..arguments.Bytes].SequenceEqual(
            arguments.Packed[..arguments.Bytes]));
    }

    [Fact]
    public void Each_argument_is_aligned_to_its_size_and_follows_the_one_before() => Gen.Int[0, 3].Array[0, 60].Holds(sizes =>
    {
        var arguments = new KernelArguments();
        var end = 0;
        foreach (var size in sizes)
        {
            _ = size switch { 0 => arguments.Add((byte)1), 1 => arguments.Add((short)1), 2 => arguments.Add(1), _ => arguments.Add(1L) };
            end = ((end + (1 << size) - 1) >> size << size) + (1 << size);
            Assert.Equal(end, arguments.Bytes);
        }
    });

    [Fact]
    public void Cleared_arguments_begin_anew_and_too_many_are_refused()
    {
        var arguments = new KernelArguments().Add(1L).Add(DeviceSpan.None);
        Assert.Equal(0, arguments.Clear().Bytes);
        Assert.Empty(arguments.Pointers);
        for (var i = 0; i < 512; i++)
        {
            arguments.Add(1L);
        }
        Assert.Throws<InvalidOperationException>(() => arguments.Add((byte)1));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Mixed
    {
        public nint A;
        public byte B;
        public float C;
        public short D;
        public double E;
        public byte F;
    }
}
