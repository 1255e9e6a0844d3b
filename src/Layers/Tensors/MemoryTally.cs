namespace MIOpenDarts.Layers.Tensors;

/// <summary>
/// Counts memory instead of having it: a network that is built and planned on it says what it would need, and nothing is allocated.
/// </summary>
internal sealed class MemoryTally
{
    /// <summary>Bytes that are held now.</summary>
    public long Bytes { get; private set; }

    /// <summary>A block that nobody may write to or read from.</summary>
    internal Storage Take(long bytes) => new Counted(this, bytes);

    private sealed class Counted : Storage
    {
        // Aligned like real memory; tensors do arithmetic with it.
        private const nint Nowhere = 1 << 21;
        private MemoryTally? tally;

        public Counted(MemoryTally tally, long bytes)
        {
            (this.tally, Bytes) = (tally, bytes);
            tally.Bytes += bytes;
        }

        public override nint Address => Nowhere;

        public override long Bytes { get; }

        protected override void Dispose(bool disposing)
        {
            if (tally is not null) tally.Bytes -= Bytes;
            tally = null;
        }
    }
}
