namespace MIOpenDarts.Darts.Benchmarks;

/// <summary>
/// What a piece of work cannot do without. Arithmetic is that of convolutions and linear layers, a multiply and an add being two,
/// padding taps included; element-wise work counts as traffic only. Traffic moves every tensor that enters or leaves once, whatever
/// an implementation keeps in between.
/// </summary>
/// <param name="Flops">Floating-point operations.</param>
/// <param name="Bytes">Bytes that enter or leave.</param>
internal readonly record struct Work(double Flops, double Bytes)
{
    /// <summary>Work with so many multiply-adds that moves so many floats.</summary>
    public static Work From(double multiplyAdds, double floats) => new(2 * multiplyAdds, sizeof(float) * floats);
}
