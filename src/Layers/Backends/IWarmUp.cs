namespace MIOpenDarts.Layers.Backends;

/// <summary>A backend that compiles and measures before its first step, and keeps what it finds on disk.</summary>
internal interface IWarmUp
{
    /// <summary>Compiles and measures now what the steps would wait for.</summary>
    /// <param name="steps">Calls the operations of a step; their results need not be right then.</param>
    IEnumerable<WarmUpStep> WarmUp(Action steps);
}

/// <summary>One thing that a warm-up has done.</summary>
/// <param name="Kind">What things are counted.</param>
/// <param name="Done">How many of them are done.</param>
/// <param name="Total">How many there are.</param>
/// <param name="Name">This one.</param>
/// <param name="Library">What computes it from now on.</param>
/// <param name="Milliseconds">Its time there; 0 where none is taken.</param>
internal sealed record WarmUpStep(string Kind, int Done, int Total, string Name, string Library, double Milliseconds);
