namespace MIOpenDarts.Layers.Backends.Cpu.Building;

/// <summary>Pairs of rows of one square and vector of the pattern.</summary>
internal unsafe ref struct WinogradLines
{
    public WinogradLines(float* y, nint yRow, float* x, nint xRow, int rows, int columns, in TapGroup square, int pattern,
        WinogradPlace* places)
    {
        var (spacing, apart) = (square.Runs->Spacing, square.Apart);
        Count = 0;
        Places = places;
        // One after the other, what shares what it reads: pairs of rows of one remainder of rows and of columns.
        for (nint first = 0; first < apart; first++)
            for (nint column = 0; column < spacing; column++)
                for (var row = first; row < rows; row += 2 * apart)
                    places[Count++] = new WinogradPlace { X = row * xRow + column * pattern, Y = row * yRow + column * pattern };
        Y = y;
        X = x + square.Runs->Offset;
        (Below, Row, Step) = (apart * yRow, square.RowStep, (nint)spacing * pattern);
        Columns = columns / spacing;
    }

    /// <summary>[Count].</summary>
    public WinogradPlace* Places;

    /// <summary>Number of pairs; of dilated filters also every remainder of columns counts.</summary>
    public int Count;

    /// <summary>Outputs or their gradients, what outputs start from (laid out like them, or null for zero), and the first tap.</summary>
    public float* Y, Z, X;

    /// <summary>Floats from the first row of a pair to the second.</summary>
    public readonly nint Below;

    /// <summary>Floats from one row that a filter reads to the next.</summary>
    public readonly nint Row;

    /// <summary>Floats from one column to the next.</summary>
    public readonly nint Step;

    /// <summary>Columns of a row.</summary>
    public readonly int Columns;

    /// <summary>[products][factors of a product][one vector].</summary>
    public float* Factors;
}

/// <summary>Where a pair of rows begins.</summary>
internal struct WinogradPlace
{
    public nint X, Y;
}
