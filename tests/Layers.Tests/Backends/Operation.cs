using System.Numerics;

namespace MIOpenDarts.Layers.Tests.Backends;

/// <summary>
/// One operation of a backend, prepared for any element type, so that the same lines run on every backend and on the reference.
/// </summary>
internal abstract class Operation
{
    // Half a unit in the last place of a float near one. A sum of L terms of magnitude at most one, rounded L times, is off by about
    // this times L in practice (the proven bound is its square and useless); a tap too many or too few is off by 0.1 or more.
    private const double Rounding = 1.0 / (1 << 23);

    /// <summary>Every operation of the suite.</summary>
    public static IReadOnlyList<Operation> All { get; } =
        typeof(Operation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract)
            .OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => (Operation)Activator.CreateInstance(t)!).ToArray();

    public string Name => GetType().Name;

    public static Operation ByName(string name) => All.First(o => o.Name == name);

    /// <summary>The case with extents that the operation accepts.</summary>
    public virtual OperationCase Restrict(OperationCase c) => c;

    /// <summary>Makes inputs and results on the rig; what it returns runs the operation and allocates nothing itself.</summary>
    public abstract Action Prepare<T>(Rig<T> rig, OperationCase c)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>;

    /// <summary>Tolerance of a result that is a sum of <paramref name="terms"/> terms.</summary>
    protected static double Sum(double terms) => Rounding * (4 + terms);

    public override string ToString() => Name;
}
