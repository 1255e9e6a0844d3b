using System.Runtime.Intrinsics;
using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tests.Fused;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>Operations take turns with one scratch memory: what the one before left there must not show.</summary>
public sealed class ScratchContentTests
{
    private const int Threads = 2;

    // More than any case here takes, so that the memory is not replaced by fresh zeros.
    private const long Shared = 1 << 22, PerThread = 1 << 20;

    public static TheoryData<string, int> Operations()
    {
        var rows = new TheoryData<string, int>();
        foreach (var operation in Operation.All)
            foreach (var width in VectorWidths.All) rows.Add(operation.Name, width);
        return rows;
    }

    public static TheoryData<int> Widths => [.. VectorWidths.All];

    [Theory]
    [MemberData(nameof(Operations))]
    public void NaNs_in_scratch_memory_do_not_show_in_a_result(string operation, int width)
    {
        var tested = Operation.ByName(operation);
        OperationCase.Any.Select(tested.Restrict).Holds(
            c =>
            {
                var expected = Comparison.Run(tested, CpuBackend.Create(Threads, width), c);
                var context = new CpuContext(new WorkerPool(Threads), null);
                Spoil(context);
                var actual = Comparison.Run(tested, Backend(context, width), c);
                foreach (var (e, a) in expected.Zip(actual)) Assert.Equal(e.Values, a.Values);
            },
            8);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void NaNs_in_scratch_memory_do_not_show_in_a_result_of_a_fused_operation(int width)
    {
        foreach (var make in FusedCases.Operations)
        {
            using var clean = CpuBackend.Create(Threads, width);
            using var expected = make(clean);
            expected.Run();
            var context = new CpuContext(new WorkerPool(Threads), null);
            using var spoilt = Backend(context, width);
            using var actual = make(spoilt);
            Spoil(context);
            actual.Forward();
            Spoil(context);
            actual.Backward();
            Assert.Equal(expected.Results().Select(r => r.Values), actual.Results().Select(r => r.Values));
        }
    }

    private static Backend<float> Backend(CpuContext context, int width) => width switch
    {
        16 => new CpuBackend<Simd512, Vector512<float>>(context),
        8 => new CpuBackend<Simd256, Vector256<float>>(context),
        _ => new CpuBackend<Simd128, Vector128<float>>(context),
    };

    private static unsafe void Spoil(CpuContext context)
    {
        context.Scratch.Reserve(Shared, PerThread, Threads);
        new Span<float>(context.Scratch.Shared, checked((int)(context.Scratch.Threads - context.Scratch.Shared))).Fill(float.NaN);
        new Span<float>(context.Scratch.Threads, checked(Threads * (int)context.Scratch.FloatsPerThread)).Fill(float.NaN);
    }
}
