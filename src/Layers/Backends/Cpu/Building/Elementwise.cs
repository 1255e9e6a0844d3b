using MIOpenDarts.Layers.Backends.Cpu.Simd;
using MIOpenDarts.Layers.Backends.Cpu.Threads;

namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Applies an expression to a run of numbers, cut into pieces of equal length.</summary>
/// <typeparam name="S">Instructions of the vector width.</typeparam>
/// <typeparam name="V">Vector of that width.</typeparam>
/// <typeparam name="TExpression">The expression.</typeparam>
internal struct Elementwise<S, V, TExpression> : IParallelBody
    where S : struct, ISimd<V>
    where TExpression : unmanaged, IElementwise
{
    private const int FloatsPerItem = 16384;
    private readonly TExpression expression;
    private readonly long count;
    private readonly int period;
    private readonly int chunk;

    /// <summary>Elements 0 … count − 1 whose channels repeat every <paramref name="period"/>, a multiple of the vector width.</summary>
    public Elementwise(TExpression expression, long count, int period)
    {
        (this.expression, this.count, this.period) = (expression, count, period);
        chunk = period * Math.Max(1, FloatsPerItem / period);
    }

    /// <summary>Number of pieces.</summary>
    public readonly int Items => (int)((count + chunk - 1) / chunk);

    /// <summary>All pieces, on the calling thread.</summary>
    public readonly void RunAll()
    {
        for (var item = 0; item < Items; item++) Run(item, 0);
    }

    public readonly void Run(int item, int thread)
    {
        var f = expression;
        var first = (long)item * chunk;
        var length = (int)Math.Min(chunk, count - first);
        var done = 0;
        for (; done + period <= length; done += period)
            for (var p = 0; p < period; p += S.Width) f.Apply(first + done + p, p, S.Width);
        for (var p = 0; done < length; p += S.Width, done += S.Width)
            f.Apply(first + done, p, Math.Min(S.Width, length - done));
    }
}

/// <summary>An expression over numbers that lie one after the other.</summary>
internal interface IElementwise
{
    /// <summary>
    /// Computes elements i … i + count − 1; count is at most a vector. <paramref name="p"/> is the place of i in the pattern of
    /// channels, which repeats every period.
    /// </summary>
    void Apply(long i, int p, int count);
}
