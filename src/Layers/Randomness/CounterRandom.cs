namespace MIOpenDarts.Layers.Randomness;

/// <summary>What a draw is for. Streams never share numbers, so adding one changes no other.</summary>
public enum RandomStream
{
    /// <summary>Initial weights.</summary>
    Weights = 1,
    /// <summary>Initial architecture parameters.</summary>
    Alphas = 2,
    /// <summary>Split of a data set into a training and a validation half.</summary>
    Split = 3,
    /// <summary>Order of the training images in an epoch.</summary>
    TrainOrder = 4,
    /// <summary>Validation batch of an architecture step.</summary>
    ValidDraw = 5,
    /// <summary>Crop, flip and cutout of one image.</summary>
    Augmentation = 6,
    /// <summary>Drop-path masks.</summary>
    DropPath = 7,
    /// <summary>Dropout masks.</summary>
    Dropout = 8,
    /// <summary>Samples of an architecture relaxation (Gumbel, Dirichlet) and random genotypes.</summary>
    Architecture = 9,
    /// <summary>Start vector of a power iteration.</summary>
    Curvature = 10,
    /// <summary>Training images that are held out to test on.</summary>
    HeldOut = 11,
    /// <summary>What chance alone gives, for comparison.</summary>
    Chance = 12,
    /// <summary>Draws, mutations and crossings of genomes.</summary>
    Evolution = 13,
    /// <summary>Training images on which the values of a network are measured.</summary>
    Calibration = 14,
}

/// <summary>
/// Counter-based random numbers (Philox 4x32-10, Salmon et al., SC'11): the n-th number is a pure function of
/// seed, stream, epoch and index, so that prefetching, resuming, threads and backends cannot change it.
/// </summary>
public struct CounterRandom
{
    private readonly uint key0, key1, epoch, index0, index1;
    private uint block;
    private uint word0, word1, word2, word3;
    private int left;

    /// <summary>Starts the sequence of one (seed, stream, epoch, index).</summary>
    public CounterRandom(ulong seed, RandomStream stream, int epoch = 0, long index = 0)
    {
        key0 = (uint)seed;
        key1 = (uint)(seed >> 32);
        this.epoch = ((uint)stream << 24) ^ (uint)epoch;
        index0 = (uint)index;
        index1 = (uint)((ulong)index >> 32);
    }

    /// <summary>32 uniform bits.</summary>
    public uint NextUInt32()
    {
        if (left == 0)
        {
            Refill();
            left = 4;
        }

        left--;
        return left switch { 3 => word0, 2 => word1, 1 => word2, _ => word3 };
    }

    /// <summary>Uniform in [0, 1) with 24 bits.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>Uniform in [0, 1) with 53 bits.</summary>
    public double NextDouble() => (((ulong)NextUInt32() << 21) ^ (NextUInt32() >> 11)) * (1.0 / (1UL << 53));

    /// <summary>Uniform integer in [0, <paramref name="bound"/>), without modulo bias (Lemire 2019).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        var product = (ulong)NextUInt32() * (uint)bound;
        if ((uint)product < (uint)bound)
        {
            var threshold = (uint)(-bound) % (uint)bound;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * (uint)bound;
        }

        return (int)(product >> 32);
    }

    /// <summary>Standard normal deviate (Box and Muller 1958).</summary>
    public double NextNormal()
    {
        var u = 1.0 - NextDouble();
        return Math.Sqrt(-2.0 * Math.Log(u)) * Math.Cos(2.0 * Math.PI * NextDouble());
    }

    /// <summary>Permutes <paramref name="items"/> uniformly (Fisher and Yates).</summary>
    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = NextInt32(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private void Refill()
    {
        uint c0 = block++, c1 = epoch, c2 = index0, c3 = index1, k0 = key0, k1 = key1;
        for (var round = 0; round < 10; round++)
        {
            var p0 = (ulong)c0 * 0xD2511F53u;
            var p1 = (ulong)c2 * 0xCD9E8D57u;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }

        (word0, word1, word2, word3) = (c0, c1, c2, c3);
    }
}
