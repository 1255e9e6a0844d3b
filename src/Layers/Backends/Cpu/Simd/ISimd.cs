namespace MIOpenDarts.Layers.Backends.Cpu.Simd;

/// <summary>
/// The few vector instructions that the kernels are written in. A kernel is generic over the width; the JIT compiles one copy for
/// each and every call below becomes one instruction. The compiler inlines a body of one call without being asked.
/// </summary>
/// <typeparam name="V">Vector of floats.</typeparam>
internal unsafe interface ISimd<V>
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Width { get; }

    /// <summary>
    /// Vector registers that a kernel may count on, 16 or 32. It chooses how many sums a kernel keeps, never the order in which they are
    /// added, so that all processors agree.
    /// </summary>
    static abstract int Registers { get; }

    static abstract V Zero { get; }

    static abstract V Load(float* source);

    static abstract void Store(V value, float* destination);

    static abstract V Broadcast(float value);

    /// <summary>Of every four floats that one of number <paramref name="place"/>, a constant, four times.</summary>
    static abstract V Spread(V value, int place);

    /// <summary>Of every eight floats the first four or, where <paramref name="place"/> is one, the last four, twice; a constant.</summary>
    static abstract V SpreadFour(V value, int place);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    static abstract V Divide(V a, V b);

    /// <summary>√value.</summary>
    static abstract V SquareRoot(V value);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>max(value, 0); a NaN is passed on.</summary>
    static abstract V Rectify(V value);

    /// <summary>value where gate is positive, zero elsewhere.</summary>
    static abstract V WherePositive(V gate, V value);

    /// <summary>Puts next and its place where next is above best or a NaN, as a maximum in order does.</summary>
    static abstract void ArgMaxUpdate(ref V best, ref V place, V next, V nextPlace);

    /// <summary>value where a equals b, zero elsewhere.</summary>
    static abstract V WhereEqual(V a, V b, V value);

    /// <summary>Writes the first <paramref name="count"/> floats only, if the processor has an instruction for it.</summary>
    static abstract bool TryStorePart(V value, float* destination, int count);

    /// <summary>A non-temporal store to an aligned place: for results that are read only after they would have left them.</summary>
    static abstract void StoreNonTemporal(V value, float* destination);
}
