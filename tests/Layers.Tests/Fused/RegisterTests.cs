using System.Runtime.Intrinsics;
using CsCheck;
using MIOpenDarts.Layers.Backends;
using MIOpenDarts.Layers.Backends.Cpu;
using MIOpenDarts.Layers.Backends.Cpu.Memory;
using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;
using MIOpenDarts.Layers.Tests.Backends;

namespace MIOpenDarts.Layers.Tests.Fused;

/// <summary>The number of registers chooses the form of a kernel, never the order of its sums.</summary>
public class RegisterTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Fused_operations_have_the_same_bits_with_16_and_with_32_registers(int width)
    {
        foreach (var make in FusedCases.Operations) Assert.Equal(Bits(Own(width), make), Bits(Other(width), make));
        foreach (var c in FusedCases.InParts.Concat(FusedCases.Streamed)) Check(c);
        FusedCases.Separable.Holds(Check, 60);

        void Check(SeparableCase c) =>
            Assert.Equal(Bits(Own(width), b => new SeparableSetup<float>(b, c)), Bits(Other(width), b => new SeparableSetup<float>(b, c)));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(4)]
    public void Convolutions_have_the_same_bits_with_16_and_with_32_registers(int width)
    {
        foreach (var tested in Operation.All.Where(o => o is ConvolutionOperation))
        {
            OperationCase.Any.Select(tested.Restrict).Holds(Check, 40);
            // Products of eight inputs, and of as many outputs as fill one vector or none.
            foreach (var channels in new[] { 8, 16, 48 }) Check(tested.Restrict(OperationCase.Typical(channels)));

            void Check(OperationCase c) =>
                Assert.Equal(
                    Comparison.Run(tested, Own(width), c).Select(r => r.Values),
                    Comparison.Run(tested, Other(width), c).Select(r => r.Values));
        }
    }

    private static Backend<float> Own(int width) => CpuBackend.Create(2, width);

    private static Backend<float> Other(int width)
    {
        var context = new CpuContext(new WorkerPool(2), null);
        return width switch
        {
            16 => new CpuBackend<OtherRegisters<Simd512, Vector512<float>>, Vector512<float>>(context),
            8 => new CpuBackend<OtherRegisters<Simd256, Vector256<float>>, Vector256<float>>(context),
            _ => new CpuBackend<OtherRegisters<Simd128, Vector128<float>>, Vector128<float>>(context),
        };
    }

    private static double[][] Bits(Backend<float> backend, Func<Backend<float>, FusedSetup<float>> make)
    {
        using (backend)
        {
            using var setup = make(backend);
            setup.Run();
            return [.. setup.Results().Select(r => r.Values)];
        }
    }
}
