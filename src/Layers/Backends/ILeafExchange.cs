namespace MIOpenDarts.Layers.Backends;

/// <summary>Exchanges numbers between the processes that compute one batch together. All call the same members in one order.</summary>
internal interface ILeafExchange
{
    /// <summary>Number of this process, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>Numbers of those that share this machine, and its memory; this process is one of them.</summary>
    IReadOnlyList<int> OnMachine { get; }

    /// <summary>Gives every process's numbers to all.</summary>
    /// <param name="all">[processes][n]; this process's own are set.</param>
    void Gather(Span<double> all);

    /// <summary>Adds the vectors of all processes by the tree of their leaves; all get the sum.</summary>
    void Sum(Span<float> values);

    /// <summary>Ends all processes with one error where one has something else than the first.</summary>
    /// <param name="what">Its name.</param>
    /// <param name="own">What this process has.</param>
    void RequireSame(string what, string own);

    /// <summary>Does what may fail in one process alone; none goes on before all have done it. What fails in one ends all.</summary>
    void Agree(Action work);
}
