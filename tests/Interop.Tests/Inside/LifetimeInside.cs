using System.Runtime.CompilerServices;
using MIOpenDarts.Interop.Handles;
using MIOpenDarts.Interop.MIOpen;
using MIOpenDarts.Interop.Tests.Worlds;

namespace MIOpenDarts.Interop.Tests.Inside;

/// <summary>Runs in a process with the real MIOpen and no GPU: that nothing is lost and nothing is used after its end.</summary>
public sealed class LifetimeInside
{
    [InsideFact]
    public void Ten_thousand_of_each_descriptor_leave_nothing_behind()
    {
        // The first rounds also fill caches and heaps, more of them where the collector's youngest generation is large; what is lost
        // is lost in every round.
        for (var round = 0; round < 4; round++) CreateAndDispose(10_000);
        var memory = ResidentBytes();
        var live = NativeHandle.LiveCount;
        CreateAndDispose(10_000);
        Assert.Equal(live, NativeHandle.LiveCount);
        Assert.Equal(0, NativeHandle.FailedReleaseCount);
        // One leaked object of each kind for each round would be some 10 MB.
        Assert.InRange(ResidentBytes() - memory, long.MinValue, 4 << 20);
    }

    [InsideFact]
    public void What_nobody_disposed_the_finaliser_releases_without_a_word()
    {
        Abandon();
        for (var i = 0; i < 10 && NativeHandle.LiveCount > 0; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.Equal(0, NativeHandle.LiveCount);
        Assert.Equal(0, NativeHandle.FailedReleaseCount);
    }

    [InsideFact]
    public void A_disposed_descriptor_is_refused_before_it_reaches_C()
    {
        var x = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
        using var pooling = PoolingDescriptor.Create(PoolingMode.Max, (3, 3), (1, 1), (1, 1));
        x.Dispose();
        x.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pooling.OutputLengths(x));
        Assert.Throws<ObjectDisposedException>(() => x.ReadBack());
        Assert.Throws<ObjectDisposedException>(() => x.ForBatchNorm(BatchNormMode.Spatial));
    }

    [InsideFact]
    public void Threads_may_use_a_descriptor_while_another_one_disposes_it()
    {
        for (var round = 0; round < 300; round++)
        {
            var x = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
            var users = Enumerable.Range(0, 2).Select(_ => new Thread(() => Use(x))).ToArray();
            Array.ForEach(users, u => u.Start());
            x.Dispose();
            Array.ForEach(users, u => u.Join());
        }
        Assert.Equal(0, NativeHandle.FailedReleaseCount);
    }

    private static void Use(TensorDescriptor x)
    {
        try
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal([2, 16, 8, 8], x.ReadBack().Lengths);
            }
        }
        catch (ObjectDisposedException)
        {
            // The other thread was first.
        }
    }

    private static void CreateAndDispose(int rounds)
    {
        for (var i = 0; i < rounds; i++)
        {
            using var x = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
            using var w = TensorDescriptor.Packed(DataType.Float, 32, 16, 3, 3);
            using var convolution = ConvolutionDescriptor.Create((1, 1), (1, 1), (1, 1));
            using var pooling = PoolingDescriptor.Create(PoolingMode.Max, (3, 3), (1, 1), (1, 1));
            using var activation = ActivationDescriptor.Create(ActivationMode.Relu);
            using var reduction = ReduceDescriptor.Create(ReduceOperation.Add);
            using var problem = ConvolutionProblem.Create(ConvolutionDirection.Forward, convolution, x, w, x);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon()
    {
        for (var i = 0; i < 100; i++)
        {
            _ = TensorDescriptor.Packed(DataType.Float, 2, 16, 8, 8);
            _ = ReduceDescriptor.Create(ReduceOperation.Add);
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;
    }
}
