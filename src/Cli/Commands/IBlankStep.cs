namespace MIOpenDarts.Cli.Commands;

/// <summary>A step on blank images, where only its work matters: for a forecast and for a warm-up.</summary>
internal interface IBlankStep : IDisposable
{
    /// <summary>The step.</summary>
    void Run();
}
