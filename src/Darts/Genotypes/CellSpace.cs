using System.Diagnostics.CodeAnalysis;

namespace MIOpenDarts.Darts.Genotypes;

/// <summary>
/// A search space as data: what an edge chooses from, how a cell is wired, and the skeleton in which cells are put together.
/// </summary>
/// <param name="Name">As the option <c>space</c> takes it.</param>
/// <param name="Candidates">What an edge chooses from, in the order of the columns of alpha.</param>
/// <param name="Topology">How a cell is wired; nodes and multiplier of those that a search can be asked for are its options.</param>
public sealed record CellSpace(string Name, IReadOnlyList<Primitive> Candidates, CellTopology Topology)
{
    private static readonly Lock Adding = new();

    /// <summary>That of DARTS (Liu et al. 2019): eight primitives, two inputs, four nodes of which each keeps two edges.</summary>
    public static CellSpace Darts { get; } = new("darts", Primitives.SearchSpace, CellTopology.Darts);

    /// <summary>
    /// That of NAS-Bench-201 (Dong and Yang 2020): five primitives, one input, three nodes of which each keeps every edge.
    /// </summary>
    public static CellSpace NasBench201 { get; } = new(
        "nas-bench-201", [Primitives.None, Primitives.SkipConnect, Primitives.NorConv1x1, Primitives.NorConv3x3, Primitives.AvgPool3x3],
        new CellTopology(Inputs: 1, Nodes: 3, Multiplier: 1, KeptEdges: 3))
    { Skeleton = Skeleton.NasBench201 };

    /// <summary>The spaces that a search can be asked for.</summary>
    public static IReadOnlyList<CellSpace> All { get; private set; } = [Darts, NasBench201];

    /// <summary>How cells are put together into a network.</summary>
    internal Skeleton Skeleton { get; init; }

    /// <summary>Kinds of cells: those of one kind share their alphas.</summary>
    internal IReadOnlyList<CellKind> Kinds => Skeleton == Skeleton.Darts ? CellKind.NormalAndReduction : CellKind.One;

    /// <summary>Whether a genotype may have <c>none</c> on an edge, and keeps every edge.</summary>
    internal bool TakesNone => Skeleton == Skeleton.NasBench201;

    /// <summary>Names of all spaces, as the option <c>space</c> takes them.</summary>
    public static IReadOnlyList<string> Names => [.. All.Select(space => space.Name)];

    /// <summary>The candidates that are not <c>none</c>.</summary>
    public IReadOnlyList<Primitive> Operations => [.. Candidates.Where(primitive => !primitive.IsZero)];

    /// <summary>Makes a space of cells like those of DARTS known by its name.</summary>
    /// <exception cref="ArgumentException">There is one of that name, or its cells are wired otherwise.</exception>
    public static void Add(CellSpace space)
    {
        if (space.Topology != CellTopology.Darts || space.Skeleton != Skeleton.Darts)
            throw new ArgumentException(
                $"the space '{space.Name}' has {space.Topology}, but a search wires its cells as {CellTopology.Darts}; "
                + "nodes and multiplier are options of the search", nameof(space));
        lock (Adding)
        {
            if (TryFind(space.Name, out _)) throw new ArgumentException($"there is a space '{space.Name}' already", nameof(space));
            All = [.. All, space];
        }
    }

    /// <summary>The space of this name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static CellSpace Named(string name) =>
        TryFind(name, out var space) ? space : throw new ArgumentException(
            $"there is no space '{name}', only {string.Join(", ", Names)}", nameof(name));

    /// <summary>Finds a space by its name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out CellSpace? space)
    {
        space = All.FirstOrDefault(s => s.Name == name);
        return space is not null;
    }
}

/// <summary>How a cell is wired. Its states are numbered from its inputs on; a node of a search reads every state before it.</summary>
/// <param name="Inputs">States before the first node.</param>
/// <param name="Nodes">Nodes after them.</param>
/// <param name="Multiplier">How many of the last nodes make the output.</param>
/// <param name="KeptEdges">Edges that a node keeps when a genotype is derived.</param>
public sealed record CellTopology(int Inputs, int Nodes, int Multiplier, int KeptEdges)
{
    /// <summary>That of DARTS: the outputs of the two cells before, four nodes, all of which make the output, two edges each.</summary>
    public static CellTopology Darts { get; } = new(Inputs: GenotypeCell.Inputs, Nodes: 4, Multiplier: 4, KeptEdges: 2);

    /// <summary>Edges of a cell of a search, node by node: <see cref="FirstEdge"/> of the node after the last.</summary>
    public int Edges => FirstEdge(Nodes);

    /// <summary>States that a node reads in a search.</summary>
    public int SourcesOf(int node) => Inputs + node;

    /// <summary>Number of the first edge into a node, where edges are numbered by node, then by source: the row of alpha.</summary>
    public int FirstEdge(int node) => node * Inputs + node * (node - 1) / 2;
}
